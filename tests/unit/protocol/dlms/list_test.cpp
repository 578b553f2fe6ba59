// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>

#include "rig.hpp"

// Transfers in blocks: GET with a list, and whose block the next one is.
namespace protocol_test {
namespace {

// Raw data of all blocks together: as the response without blocks would have it.
Octets joined_blocks(Rig& rig, const std::string& first, std::uint8_t invoke_id, int& blocks) {
  Octets all;
  Octets answer = rig.serve(hex(first.c_str()));
  for (blocks = 1;; ++blocks) {
    EXPECT_GT(answer.size(), 10u);
    EXPECT_LE(answer.size(), 200u);
    EXPECT_EQ(to_hex(Octets(answer.begin(), answer.begin() + 2)), "C402");
    EXPECT_EQ(answer[2], invoke_id);
    EXPECT_EQ(answer[7], blocks);
    EXPECT_EQ(answer[8], 0);
    const std::size_t head = answer[9] < 0x80 ? 10 : 11;
    EXPECT_EQ(head == 10 ? answer[9] : answer[10], answer.size() - head);
    all.insert(all.end(), answer.begin() + static_cast<std::ptrdiff_t>(head), answer.end());
    if (answer[3] != 0 || blocks == 50) return all;
    Octets next = hex("C002 00 000000 00");
    next[2] = invoke_id;
    next[6] = static_cast<std::uint8_t>(blocks);
    answer = rig.serve(next);
  }
}

class List : public ::testing::Test {
 protected:
  Rig rig{kPublicRole, 200, 200};
  static constexpr const char* kThree =
      "C003C5 03 0008 0000010000FF 02 00 0007 0100630100FF 02 00 0008 00000100EEFF 02 00";

  void SetUp() override {
    rig.application.values[FakeApplication::key(kClockTime)] = hex("1105");
    rig.application.values[FakeApplication::key(kProfile)] = long_value(600);
    ASSERT_TRUE(rig.associate());
  }
};

TEST_F(List, fault_29_one_that_does_not_fit_goes_in_blocks_as_a_whole) {
  int blocks = 0;
  const Octets all = joined_blocks(rig, kThree, 0xC5, blocks);
  EXPECT_EQ(to_hex(all),
            "03"
            "001105"
            "00" +
                to_hex(long_value(600)) + "0104");
  EXPECT_EQ(blocks, 4);
  EXPECT_FALSE(rig.join.busy());
  EXPECT_EQ(to_hex(rig.serve(hex("C003C1 02 0008 0000010000FF 02 00 0008 00000100EEFF 02 00"))),
            "C403C102001105"
            "0104");
}

// Every size of the first value moves the edges of the blocks over every octet of the list.
TEST_F(List, fault_29_wherever_the_blocks_end) {
  for (std::size_t n = 1; n < 420; ++n) {
    Octets first = n < 128 ? Octets{9, static_cast<std::uint8_t>(n)} : Octets{};
    if (n < 128)
      first.insert(first.end(), n, 0xAB);
    else
      first = long_value(n);
    rig.application.values[FakeApplication::key(kClockTime)] = first;
    int blocks = 0;
    const Octets all = joined_blocks(rig, kThree, 0xC5, blocks);
    ASSERT_EQ(to_hex(all), "0300" + to_hex(first) + "00" + to_hex(long_value(600)) + "0104") << n;
  }
}

TEST_F(List, fault_29_a_client_without_blocks_gets_what_fits) {
  Rig small{kPublicRole, 200, 200};
  small.application.values = rig.application.values;
  Octets aarq = golden("aarq_public");  // conformance 001E5D
  const Octets conformance = hex("001E5D");
  const auto at = std::search(aarq.begin(), aarq.end(), conformance.begin(), conformance.end());
  ASSERT_NE(at, aarq.end());
  at[1] = 0x0E;  // without bit 11, block transfer with GET
  small.serve(aarq);
  ASSERT_TRUE(small.server.associated());
  EXPECT_EQ(to_hex(small.serve(hex(kThree))),
            "C403C503001105"
            "01FA"
            "0104");
}

// The buffer that keeps the list is somebody else's: nobody loses his transfer to a GET.
TEST_F(List, a_list_takes_the_buffer_from_nobody) {
  dlms::ServerSession other(kPublicRole, &rig.join);
  Octets buffer(300), scratch(300);
  const auto other_asks = [&](const Octets& apdu) {
    protocol::Writer reply(buffer);
    other.on_apdu(apdu, rig.identity, rig.application, rig.engine, scratch, reply);
    return to_hex(reply.written());
  };
  other_asks(golden("aarq_public"));
  EXPECT_EQ(other_asks(hex("C102C1 0008 0000010000FF 02 00 00 00000001 02 0902")),
            "C502C100000001");
  EXPECT_EQ(to_hex(rig.serve(hex(kThree))),
            "C403C503001105"
            "01FA"
            "0104");
  EXPECT_EQ(other_asks(hex("C103C1 01 00000002 02 0102")), "C503C10000000002");
}

// One transfer, one invoke-id.
TEST_F(List, a_next_block_under_another_invoke_id_is_refused_and_ends_nothing) {
  EXPECT_EQ(to_hex(rig.serve(hex("C001C1 0007 0100630100FF 02 00"))).substr(0, 16),
            "C402C10000000001");
  EXPECT_EQ(to_hex(rig.serve(hex("C002C2 00000001"))), "C402C201000000010110");
  EXPECT_EQ(to_hex(rig.serve(hex("C002C1 00000001"))).substr(0, 16), "C402C10000000002");
  rig.serve(hex("C102C1 0008 0000010000FF 02 00 00 00000001 02 0902"));
  EXPECT_EQ(to_hex(rig.serve(hex("C103C2 01 00000002 02 0102"))), "C503C21200000002");
  EXPECT_EQ(to_hex(rig.serve(hex("C103C1 01 00000002 02 0102"))), "C503C10000000002");
  rig.serve(hex("C304C1 0046 000060030AFF 01 00 00000001 01 0F"));
  EXPECT_EQ(to_hex(rig.serve(hex("C306C2 01 00000002 01 00"))), "C701C21000");
  EXPECT_EQ(to_hex(rig.serve(hex("C306C1 01 00000002 01 00"))), "C701C10000");
  rig.application.return_value = long_value(400);
  EXPECT_EQ(to_hex(rig.serve(hex("C301C1 0046 000060030AFF 01 00"))).substr(0, 16),
            "C702C10000000001");
  EXPECT_EQ(to_hex(rig.serve(hex("C302C2 00000001"))), "C701C21000");
  EXPECT_EQ(to_hex(rig.serve(hex("C302C1 00000001"))).substr(0, 16), "C702C10000000002");
}

}  // namespace
}  // namespace protocol_test
