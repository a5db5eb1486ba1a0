"""Live pictures for whoever looks: what is asked, when a picture is due, how pictures and readers speak."""
