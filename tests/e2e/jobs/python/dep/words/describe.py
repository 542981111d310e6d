def describe(label, count, at_ms):
    return f" {label} count={count} at={at_ms}"
