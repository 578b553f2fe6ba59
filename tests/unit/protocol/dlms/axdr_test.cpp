// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "hex.hpp"
#include "protocol/axdr/cursor.hpp"
#include "protocol/axdr/encode.hpp"

namespace axdr = protocol::axdr;
using protocol::Error;
using protocol_test::hex;
using protocol_test::Octets;
using protocol_test::to_hex;

namespace {

template <typename Put>
std::string encoded_by(Put put) {
  std::array<std::uint8_t, 400> buffer{};
  protocol::Writer out(buffer);
  put(out);
  EXPECT_TRUE(out.ok());
  return to_hex(out.written());
}

TEST(Axdr, EncodesEveryTypeAsTheBlueBookSays) {
  using W = protocol::Writer;
  EXPECT_EQ(encoded_by([](W& o) { axdr::put_null(o); }), "00");
  EXPECT_EQ(encoded_by([](W& o) { axdr::put_boolean(true, o); }), "03FF");
  EXPECT_EQ(encoded_by([](W& o) { axdr::put_enum(30, o); }), "161E");
  EXPECT_EQ(encoded_by([](W& o) { axdr::put_integer(-2, o); }), "0FFE");
  EXPECT_EQ(encoded_by([](W& o) { axdr::put_long(-60, o); }), "10FFC4");
  EXPECT_EQ(encoded_by([](W& o) { axdr::put_double_long(-1, o); }), "05FFFFFFFF");
  EXPECT_EQ(encoded_by([](W& o) { axdr::put_long64(-2, o); }), "14FFFFFFFFFFFFFFFE");
  EXPECT_EQ(encoded_by([](W& o) { axdr::put_unsigned(0x80, o); }), "1180");
  EXPECT_EQ(encoded_by([](W& o) { axdr::put_long_unsigned(900, o); }), "120384");
  EXPECT_EQ(encoded_by([](W& o) { axdr::put_double_long_unsigned(123456, o); }), "060001E240");
  EXPECT_EQ(encoded_by([](W& o) { axdr::put_long64_unsigned(1, o); }), "150000000000000001");
  EXPECT_EQ(encoded_by([](W& o) { axdr::put_octet_string(Octets{1, 2, 3}, o); }), "0903010203");
  EXPECT_EQ(encoded_by([](W& o) { axdr::put_visible_string("AMI", o); }), "0A03414D49");
  EXPECT_EQ(encoded_by([](W& o) { axdr::put_bit_string(Octets{0xA0}, 3, o); }), "0403A0");
  EXPECT_EQ(encoded_by([](W& o) { axdr::begin_structure(2, o); }), "0202");
  EXPECT_EQ(encoded_by([](W& o) { axdr::begin_array(300, o); }), "0182012C");
}

TEST(Axdr, LengthFormsChangeAt128And256And65536) {
  const auto length = [](std::size_t n) {
    return encoded_by([n](protocol::Writer& o) { axdr::put_length(n, o); });
  };
  EXPECT_EQ(length(0), "00");
  EXPECT_EQ(length(127), "7F");
  EXPECT_EQ(length(128), "8180");
  EXPECT_EQ(length(255), "81FF");
  EXPECT_EQ(length(256), "820100");
  EXPECT_EQ(length(65535), "82FFFF");
  EXPECT_EQ(length(65536), "8400010000");
  for (const std::size_t n : {0u, 127u, 128u, 255u, 256u, 65535u, 65536u}) {
    const Octets octets = hex(length(n));
    EXPECT_EQ(octets.size(), axdr::length_octets(n));
    protocol::Reader in(octets);
    EXPECT_EQ(axdr::take_length(in), n);
    EXPECT_TRUE(in.at_end());
  }
}

TEST(Axdr, RefusesIndefiniteAndOversizedLengths) {
  for (const char* text : {"0980", "09850000000001", "09FF01"}) {
    const Octets octets = hex(text);
    axdr::Cursor cursor(octets);
    cursor.octet_string();
    EXPECT_FALSE(cursor.ok()) << text;
    EXPECT_EQ(cursor.error(), Error::truncated);
  }
}

TEST(AxdrCursor, WalksAStructureWithTypedSteps) {
  const Octets row = hex("0204 1105 10FFC4 0905 0102030405 0102 0600000001 14FFFFFFFFFFFFFFFF");
  axdr::Cursor in(row);
  in.structure(4);
  EXPECT_EQ(in.unsigned_number(), 5u);
  EXPECT_EQ(in.number(), -60);
  EXPECT_EQ(in.octet_string().size(), 5u);
  EXPECT_EQ(in.array(), 2u);
  EXPECT_EQ(in.number(), 1);
  EXPECT_FALSE(in.at_end());
  EXPECT_EQ(in.number(), -1);
  EXPECT_TRUE(in.at_end());
}

TEST(AxdrCursor, TellsDepthAndClosesNestedContainersTogether) {
  const Octets nested = hex("0201 0101 0201 1107 1108");
  axdr::Cursor in(nested);
  EXPECT_EQ(in.next().depth, 0);
  EXPECT_EQ(in.next().depth, 1);
  EXPECT_EQ(in.next().depth, 2);
  EXPECT_EQ(in.next().depth, 3);
  EXPECT_FALSE(in.at_end());
  EXPECT_EQ(in.next().depth, 0);
  EXPECT_TRUE(in.at_end());
}

TEST(AxdrCursor, TakesAWholeValueAndLeavesTheRest) {
  const Octets two = hex("0202 0101 1101 090100 1199");
  const auto first = axdr::first_value(two);
  ASSERT_TRUE(first.ok());
  EXPECT_EQ(to_hex(*first), "020201011101090100");
  EXPECT_FALSE(axdr::is_one_value(two));
  EXPECT_TRUE(axdr::is_one_value(*first));
  EXPECT_TRUE(axdr::is_one_value(hex("0100")));  // empty array
  EXPECT_FALSE(axdr::is_one_value({}));
}

TEST(AxdrCursor, EveryTruncationOfAValueFails) {
  const Octets good = hex("0203 0102 0403A0 0A03414D49 0C0141 0202 1605 1700000000");
  ASSERT_TRUE(axdr::is_one_value(good));
  for (std::size_t n = 0; n < good.size(); ++n) {
    EXPECT_FALSE(axdr::first_value(protocol::Bytes(good).first(n)).ok()) << n;
  }
}

TEST(AxdrCursor, DepthIsBoundedAndAHugeCountFailsAtOnce) {
  Octets deep;
  for (std::size_t i = 0; i < axdr::kMaxDepth; ++i) {
    deep.push_back(1);
    deep.push_back(1);
  }
  deep.push_back(0);
  EXPECT_TRUE(axdr::is_one_value(deep));
  deep.insert(deep.begin(), {1, 1});
  EXPECT_EQ(axdr::first_value(deep).error(), Error::too_long);
  EXPECT_EQ(axdr::first_value(hex("0184FFFFFFFF0000")).error(), Error::truncated);
  EXPECT_EQ(axdr::first_value(hex("0984FFFFFFFF0000")).error(), Error::truncated);
  EXPECT_EQ(axdr::first_value(hex("0484FFFFFFFF0000")).error(), Error::truncated);
}

TEST(AxdrCursor, WrongTypesAndUnknownTagsFail) {
  const Octets octets = hex("1101");
  axdr::Cursor text(octets);
  text.octet_string();
  EXPECT_EQ(text.error(), Error::malformed);
  EXPECT_EQ(axdr::first_value(hex("13")).error(), Error::truncated);
  EXPECT_EQ(axdr::first_value(hex("63")).error(), Error::unsupported);
  const Octets big = hex("15FFFFFFFFFFFFFFFF");
  axdr::Cursor number(big);
  number.number();
  EXPECT_EQ(number.error(), Error::too_long);
}

}  // namespace
