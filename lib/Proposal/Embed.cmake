# Writes the text of IN as a string literal of C++ to OUT.
file(READ ${IN} text)
file(WRITE ${OUT} "R\"embedded(${text})embedded\"\n")
