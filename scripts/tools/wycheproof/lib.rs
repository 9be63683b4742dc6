// Nothing is built: the package stands for what it depends on.
