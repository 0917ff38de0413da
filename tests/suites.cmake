# One ctest test a GoogleTest suite: a process for each of the thousands of tests would start for longer than it runs.
#   millrace_test_suites(TARGET LABEL)
# As a script it writes the list: cmake -DPROGRAM=… -DLABEL=… -DOUTPUT=… -P suites.cmake
if(CMAKE_SCRIPT_MODE_FILE)
  execute_process(COMMAND ${PROGRAM} --gtest_list_tests OUTPUT_VARIABLE listing COMMAND_ERROR_IS_FATAL ANY)
  string(REGEX MATCHALL "\n[^ \n]+\\." suites "${listing}")
  set(script "")
  foreach(suite IN LISTS suites)
    string(REGEX REPLACE "^\n(.*)\\.$" "\\1" suite "${suite}")
    string(APPEND script "add_test([==[${LABEL}/${suite}]==] [==[${PROGRAM}]==] [==[--gtest_filter=${suite}.*]==] --gtest_brief=1)\n"
                         "set_tests_properties([==[${LABEL}/${suite}]==] PROPERTIES TIMEOUT 300 LABELS ${LABEL})\n")
  endforeach()
  file(WRITE ${OUTPUT} "${script}")
  return()
endif()

set(MILLRACE_SUITES_SCRIPT ${CMAKE_CURRENT_LIST_FILE})

function(millrace_test_suites target label)
  set(list ${CMAKE_CURRENT_BINARY_DIR}/${target}_suites.cmake)
  add_custom_command(
    TARGET ${target}
    POST_BUILD
    COMMAND ${CMAKE_COMMAND} -DPROGRAM=$<TARGET_FILE:${target}> -DLABEL=${label} -DOUTPUT=${list} -P
            ${MILLRACE_SUITES_SCRIPT}
    BYPRODUCTS ${list}
    VERBATIM)
  # Of a program that was not built, a test that says so: others of its folder may be run without it.
  set(include ${CMAKE_CURRENT_BINARY_DIR}/${target}_include.cmake)
  file(
    WRITE ${include}
    "if(EXISTS [==[${list}]==])\n"
    "  include([==[${list}]==])\n"
    "else()\n"
    "  add_test(${label}/NOT_BUILT ${target}_NOT_BUILT)\n"
    "  set_tests_properties(${label}/NOT_BUILT PROPERTIES LABELS ${label})\n"
    "endif()\n")
  set_property(DIRECTORY APPEND PROPERTY TEST_INCLUDE_FILES ${include})
endfunction()
