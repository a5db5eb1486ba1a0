"""Filters of libav one behind the other, for pictures."""

from av.filter import Graph


def filter_chain(*filters: tuple[str, str], threads: int) -> Graph:
    """Each with its options, from a `buffer` to a `buffersink`, which it adds. Push and pull pictures with `vpush` and
    `vpull`. One thread owns it. Raises FFmpegError for options that a filter doesn't take."""
    graph = Graph()
    graph.threads = threads  # before the first filter, which has it from then on
    nodes = [graph.add(name, options) for name, options in filters]
    graph.link_nodes(*nodes, graph.add("buffersink")).configure()
    return graph
