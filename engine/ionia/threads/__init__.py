"""The clock, the threads and the hand-offs between them that every shell is made of."""
