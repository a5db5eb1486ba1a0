"""Going live as pure code: buffer, connection, bit rate, FLV and addresses."""
