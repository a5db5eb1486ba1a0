"""libav: converting, encoding, probing. The only home of `av` beside the grabbers of sources; no file, no socket."""
