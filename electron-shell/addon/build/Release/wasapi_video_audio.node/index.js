"use strict";
/** Where scripts of the old addon look for its binary, by its full name: a folder of that name is one too. */
module.exports = require("../../../index.js");
