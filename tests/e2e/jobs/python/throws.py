import helper_of_throws

helper_of_throws.parse("bad")
