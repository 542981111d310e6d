def parse(text):
    raise ValueError(f"{text} is not a number")
