"""libav: converting, encoding, decoding. No socket, and no file but the one that `recording_reader` reads. `av` is used
besides by the grabber of sources and the jobs on files."""
