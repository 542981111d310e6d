# A room is a folder of sources and headers that is built as one static library.
function(add_room name)
  cmake_parse_arguments(ROOM "" "" "USES" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/${name}/*.c)
  if(NOT sources)
    add_library(${name} INTERFACE)
    target_link_libraries(${name} INTERFACE ${ROOM_USES})
    return()
  endif()
  add_library(${name} STATIC ${sources})
  target_include_directories(${name} PUBLIC ${PROJECT_SOURCE_DIR})
  target_link_libraries(${name} PUBLIC ${ROOM_USES})
endfunction()

# Makes FILE available to the C code of ROOM as `extern const unsigned char SYMBOL[]` and `SYMBOL_size`.
function(embed_file room symbol file)
  set(stub ${CMAKE_BINARY_DIR}/embed/${symbol}.S)
  file(WRITE ${stub}.in
".section .rodata
.global ${symbol}
.global ${symbol}_size
.balign 16
${symbol}:
.incbin \"${file}\"
${symbol}_end:
.byte 0
.balign 8
${symbol}_size:
.quad ${symbol}_end - ${symbol}
.section .note.GNU-stack,\"\",@progbits
")
  configure_file(${stub}.in ${stub} COPYONLY)
  set_source_files_properties(${stub} PROPERTIES OBJECT_DEPENDS ${file} LANGUAGE ASM)
  target_sources(${room} PRIVATE ${stub})
endfunction()
