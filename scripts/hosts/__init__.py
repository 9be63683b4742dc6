"""One machine that plays the machines of several institutions."""
