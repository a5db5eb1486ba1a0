"""Where encoded packets go. A file's sink obeys `core.ports.PacketSink` and has no thread; an RTMP sender has its own.
`media_files` are the jobs on files that are there."""
