# What `cmake --install` lays down, and the Debian package made of it (cpack -G DEB in the build
# folder): the program, the headers of a meter's firmware, the scenarios, and the pages.
include(GNUInstallDirs)
set(CMAKE_SKIP_INSTALL_ALL_DEPENDENCY ON)  # tests need not be built for it
set(doc_dir ${CMAKE_INSTALL_DATAROOTDIR}/doc/amitwin)

install(TARGETS amitwin RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
# The boundary of docs/porting.md: -I PREFIX/include/amitwin, #include "meter/hal/meter_hal.h".
install(DIRECTORY meter/hal/ DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/amitwin/meter/hal
        FILES_MATCHING PATTERN "*.h")
install(DIRECTORY scenarios DESTINATION ${CMAKE_INSTALL_DATAROOTDIR}/amitwin
        FILES_MATCHING PATTERN "*.toml")
# Pages name each other by their places in the tree.
install(FILES README.md LICENSE CHANGELOG.md CONTRIBUTING.md SECURITY.md DESTINATION ${doc_dir})
install(DIRECTORY docs DESTINATION ${doc_dir})
set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME amitwin)
set(CPACK_PACKAGE_VENDOR "amitwin contributors")
set(CPACK_PACKAGE_VERSION ${PROJECT_VERSION})
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "digital twin and load-test simulator for smart metering")
set(CPACK_PACKAGE_DESCRIPTION
"Runs the real firmware of electricity meters, communication modules and data
concentrators on modelled hardware, carries their DLMS/COSEM over RS-485 and a
2G cell or over the PRIME power line, and ends in a head-end: in one process,
on one simulated clock, from one seed.")
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
# Debian wants a name with an address. There is none to write to, so the domain is one that is
# reserved for that and reaches nobody (RFC 2606).
set(CPACK_DEBIAN_PACKAGE_MAINTAINER "amitwin contributors <amitwin@localhost.invalid>")
set(CPACK_DEBIAN_PACKAGE_SECTION science)
set(CPACK_DEBIAN_PACKAGE_PRIORITY optional)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_COMPRESSION_TYPE xz)
# Libraries are found by dpkg-shlibdeps; zones are read from a file.
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_DEPENDS tzdata)
set(CPACK_DEBIAN_PACKAGE_SUGGESTS "gcc, gdb")  # for a firmware of one's own

# What lintian asks of every package.
configure_file(cmake/debian/changelog.in ${CMAKE_BINARY_DIR}/debian/changelog @ONLY)
configure_file(cmake/debian/amitwin.1 ${CMAKE_BINARY_DIR}/debian/amitwin.1 COPYONLY)
foreach(name changelog amitwin.1)
  execute_process(COMMAND gzip -9nf ${CMAKE_BINARY_DIR}/debian/${name} COMMAND_ERROR_IS_FATAL ANY)
endforeach()
install(FILES ${CMAKE_BINARY_DIR}/debian/changelog.gz cmake/debian/copyright DESTINATION ${doc_dir})
install(FILES ${CMAKE_BINARY_DIR}/debian/amitwin.1.gz DESTINATION ${CMAKE_INSTALL_MANDIR}/man1)
include(CPack)
