"""Where a process can die: every place at which something leaves it or comes back to it.

Nothing in the bot knows of this. A process of the bot is forked off a parent that has imported
everything (`zygote`), what leaves it is counted from outside (`boundaries`), and at the point that
was chosen it ends or freezes itself (`launch`). `matrix` dies at each of them in turn.
"""
