# A room is a folder of sources and headers. rooms.txt lists them, each is built as one static library; the target of
# `runtime/flink` is `runtime_flink`. The check of includes (tests/lint/check_rooms.py) reads the same list.

# Sets ROOMS to the folders of all rooms, and ROOM_<target>_USES and _PACKAGES to the columns of the list.
function(read_rooms)
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/rooms.txt)
  file(STRINGS ${PROJECT_SOURCE_DIR}/rooms.txt lines REGEX "^[^#]")
  set(rooms)
  foreach(line IN LISTS lines)
    string(REGEX REPLACE "[ \t]*\\|[ \t]*" "|" line "${line}")
    string(REPLACE "|" ";" fields "${line}")
    list(GET fields 0 folder)
    list(GET fields 1 uses)
    list(GET fields 2 packages)
    if(uses STREQUAL "*")
      set(uses ${rooms})
    else()
      string(REPLACE " " ";" uses "${uses}")
    endif()
    string(REPLACE " " ";" packages "${packages}")
    room_target(${folder} target)
    set(ROOM_${target}_USES ${uses} PARENT_SCOPE)
    set(ROOM_${target}_PACKAGES ${packages} PARENT_SCOPE)
    list(APPEND rooms ${folder})
  endforeach()
  set(ROOMS ${rooms} PARENT_SCOPE)
endfunction()

function(room_target folder out)
  string(REPLACE "/" "_" target ${folder})
  set(${out} ${target} PARENT_SCOPE)
endfunction()

# Adds the library of a room. A room may have headers only.
function(add_room folder)
  room_target(${folder} target)
  file(GLOB sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/${folder}/*.c)
  if(sources)
    add_library(${target} STATIC ${sources})
    set(scope PUBLIC)
  else()
    add_library(${target} INTERFACE)
    set(scope INTERFACE)
  endif()
  target_include_directories(${target} ${scope} ${PROJECT_SOURCE_DIR})
  foreach(used IN LISTS ROOM_${target}_USES)
    room_target(${used} used_target)
    target_link_libraries(${target} ${scope} ${used_target})
  endforeach()
  list(TRANSFORM ROOM_${target}_PACKAGES PREPEND PkgConfig:: OUTPUT_VARIABLE packages)
  target_link_libraries(${target} ${scope} ${packages})
endfunction()

# Makes FILE available to the C code of a room as `extern const char SYMBOL[]` and `SYMBOL_size`.
function(embed_file folder symbol file)
  room_target(${folder} target)
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
  target_sources(${target} PRIVATE ${stub})
endfunction()
