"use strict";
/** Where scripts of the old addon look for its binary. */
module.exports = require("../../index.js");
