# lethe_room(NAME SOURCES ... DEPENDS ...): a folder of lib/ as the static library lethe_NAME.
# What a room depends on is what DEPENDS names; a test checks the includes against it.
function(lethe_room name)
  cmake_parse_arguments(room "" "" "SOURCES;DEPENDS" ${ARGN})
  add_library(lethe_${name} STATIC ${room_SOURCES})
  target_include_directories(lethe_${name} PUBLIC ${PROJECT_SOURCE_DIR}/lib)
  target_link_libraries(lethe_${name} PUBLIC ${room_DEPENDS})
endfunction()

# lethe_test(NAME SOURCES ... DEPENDS ...): a folder of tests/ as the executable test_NAME, each case known to ctest.
function(lethe_test name)
  cmake_parse_arguments(test "" "" "SOURCES;DEPENDS" ${ARGN})
  add_executable(test_${name} ${test_SOURCES})
  target_include_directories(test_${name} PRIVATE ${PROJECT_SOURCE_DIR}/lib ${PROJECT_SOURCE_DIR}/tests)
  target_link_libraries(test_${name} PRIVATE ${test_DEPENDS} GTest::gmock GTest::gtest_main)
  gtest_discover_tests(test_${name} TEST_PREFIX ${name}. PROPERTIES TIMEOUT 300 DISCOVERY_TIMEOUT 60)
endfunction()
