# Writes OUT, the source that says what was built; only when its text has changed.
set(commit unknown)
find_program(GIT git)
if(GIT AND EXISTS ${SOURCE}/.git)
  execute_process(COMMAND ${GIT} -C ${SOURCE} describe --always --abbrev=12 --exclude=* --dirty=+
                  OUTPUT_VARIABLE commit OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET
                  RESULT_VARIABLE failed)
  if(failed)
    set(commit unknown)
  endif()
endif()
if(NOT VERSION)
  set(VERSION 0.0.0)
endif()
string(REPLACE "\"" "\\\"" FLAGS "${FLAGS}")
set(text "// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include \"os/build.hpp\"

namespace os {

const Build& build() {
  static constexpr Build kBuild{\"${VERSION}\", \"${commit}\",
                                \"${COMPILER}\",
                                \"${FLAGS}\"};
  return kBuild;
}

}  // namespace os
")
set(before "")
if(EXISTS ${OUT})
  file(READ ${OUT} before)
endif()
if(NOT before STREQUAL text)
  file(WRITE ${OUT} "${text}")
endif()
