"""What is done with files once they are there: read them, copy parts of them, and make pictures of them."""
