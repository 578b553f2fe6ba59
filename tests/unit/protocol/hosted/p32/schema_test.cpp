// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <iterator>

#include "protocol/hosted/p32/codec.hpp"
#include "tests/unit/protocol/hosted/p32/schema_writer.hpp"

namespace protocol::p32::test {
namespace {

TEST(Schema, TheFileIsWhatTheShapesSay) {
  const std::string path = "protocol/hosted/p32/p32ex.xsd";
  if (std::getenv("TWIN_UPDATE") != nullptr) {
    std::ofstream(path, std::ios::binary) << schema_of_shapes();
  }
  std::ifstream file(path, std::ios::binary);
  const std::string stands{std::istreambuf_iterator<char>(file), {}};
  EXPECT_EQ(stands, schema_of_shapes());
  EXPECT_EQ(schema_text(), schema_of_shapes());
}

}  // namespace
}  // namespace protocol::p32::test
