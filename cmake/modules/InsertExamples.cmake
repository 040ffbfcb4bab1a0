# Replaces each "(* example filepath=FILE *)" of a generated page by that file, a
# test of the suite, so that no example in the reference can grow old:
#
#   cmake -DPAGE=in.md -DOUTPUT=out.md -DROOT=<project> -P InsertExamples.cmake

file(READ ${PAGE} text)
while(text MATCHES "\\(\\* example filepath=([^ ]+) \\*\\)")
  set(marker "${CMAKE_MATCH_0}")
  set(path "${CMAKE_MATCH_1}")
  file(READ ${ROOT}/${path} example)
  string(REPLACE "${marker}" "Example (`${path}`):\n\n```mlir\n${example}```"
    text "${text}")
endwhile()
file(WRITE ${OUTPUT} "${text}")
