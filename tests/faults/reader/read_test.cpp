// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
//
// What `amitwin read` prints and how it ends, with meters that behave otherwise than ours.
#include <nlohmann/json.hpp>

#include "tests/faults/reader/reading.hpp"

namespace reader_test {
namespace {

using Answers = std::optional<ScriptedMeter::Answers>;

// Answers one request whose first octet fits; all others as usual.
std::function<Answers(dlms::Sap, const Octets&)> instead(bool (*which)(const Octets&),
                                                         const Octets& answer) {
  return [=](dlms::Sap, const Octets& request) -> Answers {
    if (!which(request)) return std::nullopt;
    Octets told = answer;
    if (told[0] == 0xC4) told[2] = request[2];
    return ScriptedMeter::Answers{told};
  };
}

// ---- Release ----

TEST(Reader, fault_11_a_release_that_is_not_answered_is_a_good_end) {
  for (const bool closes : {true, false}) {
    WrapperStream stream;
    stream.meter.put(1, kSerial, 2, hex("09024142"));
    stream.meter.script = [&](dlms::Sap, const Octets& request) -> Answers {
      if (!is_rlrq(request)) return std::nullopt;
      stream.closes = closes;
      return ScriptedMeter::Answers{};
    };
    const Outcome outcome = read(stream, object("1/0.0.96.1.0"));
    EXPECT_EQ(outcome.status, 0) << outcome.fault;
    EXPECT_EQ(outcome.text, "AB");
  }
}

const char kKeys[] = R"({"unicast_key": "000102030405060708090A0B0C0D0E0F",)"
                     R"("authentication_key": "D0D1D2D3D4D5D6D7D8D9DADBDCDDDEDF"})";

// A meter whose public client tells name and counter.
void identify(ScriptedMeter& meter) {
  meter.put(1, cosem::obis(0, 0, 42, 0, 0), 2, hex("0904 414d5431"));
  meter.put(1, cosem::obis(0, 0, 43, 1, 0), 2, hex("06 00000010"));
  meter.application.accepted[1] = 16;
  meter.put(1, kSerial, 2, hex("09024142"));
}

TEST(Reader, fault_11_high_level_security_after_a_public_release_without_answer) {
  const File keys(kKeys);
  for (const bool hdlc : {false, true}) {
    for (const bool closes : {true, false}) {
      WrapperStream over_wrapper;
      HdlcStream over_hdlc;
      ScriptedStream& stream = hdlc ? static_cast<ScriptedStream&>(over_hdlc)
                                    : static_cast<ScriptedStream&>(over_wrapper);
      identify(stream.meter);
      stream.meter.script = [&](dlms::Sap client, const Octets& request) -> Answers {
        if (!is_rlrq(request) || client != 16) return std::nullopt;
        stream.closes = closes;
        return ScriptedMeter::Answers{};
      };
      reader::ReadOptions options = object("1/0.0.96.1.0");
      options.hdlc = hdlc;
      options.client = 1;
      options.authentication = "hls5";
      options.keys_file = keys.name();
      options.timeout_ms = 500;
      const Outcome outcome = read(stream, options);
      EXPECT_EQ(outcome.status, 0) << hdlc << closes << outcome.fault;
      EXPECT_EQ(outcome.text, "AB");
      EXPECT_EQ(stream.connections, 2);
    }
  }
}

TEST(Reader, fault_11_a_meter_that_closes_behind_the_public_association) {
  const File keys(kKeys);
  WrapperStream stream;
  identify(stream.meter);
  stream.meter.script = [&](dlms::Sap client, const Octets& request) -> Answers {
    ScriptedMeter::Answers answers = stream.meter.served(client, request);
    if (client == 1 && stream.connections == 1) answers.clear();
    if (is_rlrq(request)) stream.closes = true;
    return answers;
  };
  reader::ReadOptions options = object("1/0.0.96.1.0");
  options.client = 1;
  options.authentication = "hls5";
  options.keys_file = keys.name();
  const Outcome outcome = read(stream, options);
  EXPECT_EQ(outcome.status, 0) << outcome.fault;
  EXPECT_EQ(outcome.text, "AB");
}

// A head-end that reads as the same client is in time before us.
TEST(Reader, ACounterThatSomebodyElseUsedMeanwhileIsAskedForOnceMore) {
  const File keys(kKeys);
  for (const int overtakings : {1, 2, 3}) {
    WrapperStream stream;
    identify(stream.meter);
    int associations = 0;
    stream.meter.script = [&](dlms::Sap client, const Octets& request) -> Answers {
      if (client == 1 && is_aarq(request) && ++associations <= overtakings) {
        stream.meter.application.accepted[1] += 10;
        stream.meter.put(1, cosem::obis(0, 0, 43, 1, 0), 2,
                         {6, 0, 0, 0, static_cast<std::uint8_t>(16 + 10 * associations)});
      }
      return std::nullopt;
    };
    reader::ReadOptions options = object("1/0.0.96.1.0");
    options.client = 1;
    options.authentication = "hls5";
    options.keys_file = keys.name();
    const Outcome outcome = read(stream, options);
    EXPECT_EQ(outcome.status, overtakings < 3 ? 0 : 1) << outcome.fault;
    EXPECT_EQ(associations, std::min(overtakings + 1, 3));
  }
}

// ---- What the meter said ----

std::string said(bool (*which)(const Octets&), const Octets& answer) {
  WrapperStream stream;
  stream.meter.put(1, kSerial, 2, hex("09024142"));
  stream.meter.script = instead(which, answer);
  const Outcome outcome = read(stream, object("1/0.0.96.1.0"));
  EXPECT_EQ(outcome.status, 1);
  return outcome.fault;
}

// AARE, rejected, with this diagnostic of the service user.
std::string refused_with(const char* diagnostic, const char* information = "") {
  const Octets error = hex(information);
  const auto more = static_cast<std::uint8_t>(error.size());
  Octets aare = hex("a109060760857405080101 a203020101 a305a103020100");
  aare.back() = hex(diagnostic)[0];
  if (more > 0) {
    const Octets head = {0xBE, static_cast<std::uint8_t>(more + 2), 0x04, more};
    aare.insert(aare.end(), head.begin(), head.end());
    aare.insert(aare.end(), error.begin(), error.end());
  }
  aare.insert(aare.begin(), {0x61, static_cast<std::uint8_t>(aare.size())});
  return said(is_aarq, aare);
}

TEST(Reader, fault_13_the_diagnostic_of_an_aare_by_name_with_what_to_do) {
  EXPECT_EQ(refused_with("02"),
            "association: the meter refuses: application-context-name-not-supported (diagnostic "
            "2): this client is spoken to otherwise: --auth hls5 is ciphered, none and lls are "
            "not");
  EXPECT_EQ(refused_with("0b"),
            "association: the meter refuses: authentication-mechanism-name-not-recognised "
            "(diagnostic 11): this client has another authentication: --auth none, lls or hls5");
  EXPECT_EQ(refused_with("0c"),
            "association: the meter refuses: authentication-mechanism-name-required (diagnostic "
            "12): this client must prove who it is: --auth lls or hls5");
  EXPECT_EQ(refused_with("0d"),
            "association: the meter refuses: authentication-failure (diagnostic 13): the password "
            "(--password-file) or the keys (--keys) are not those of this client");
  EXPECT_EQ(refused_with("01", "0e010603"),
            "association: the meter refuses: pdu-size-too-short (confirmed-service-error 1 6 3): "
            "the meter needs an APDU size other than the 1024 octets proposed");
}

TEST(Reader, fault_13_exceptions_by_name_and_the_counter_that_is_expected) {
  EXPECT_EQ(said(is_get, hex("d8010600000099")),
            "get: exception-response: service-not-allowed, invocation-counter-error: the meter "
            "expects an invocation counter of 153 (00000099h) or above; does somebody else use the "
            "keys of this client?");
  EXPECT_EQ(said(is_get, hex("d80205")),
            "get: exception-response: service-unknown, deciphering-error: the keys (--keys) are "
            "not those of this meter and client");
  EXPECT_EQ(said(is_aarq, hex("d80101")),
            "association: exception-response: service-not-allowed, operation-not-possible: not "
            "allowed, or no such meter answers; behind a concentrator --server is the server_sap "
            "of `amitwin inventory`");
}

TEST(Reader, fault_13_data_access_results_by_name) {
  EXPECT_EQ(said(is_get, hex("c401c10103")),
            "get: the meter answers data-access-result 3 (read-write-denied): this client may not "
            "read it: another --client and --auth");
  EXPECT_EQ(said(is_get, hex("c401c10109")),
            "get: the meter answers data-access-result 9 (object-class-inconsistent): the object "
            "is of another class: --object CLASS/OBIS:ATTRIBUTE");
  EXPECT_EQ(said(is_get, hex("c401c1010b")),
            "get: the meter answers data-access-result 11 (object-unavailable): the object is "
            "there, but not now or not for this client");
  EXPECT_EQ(said(is_get, hex("c401c101fa")),
            "get: the meter answers data-access-result 250 (other-reason)");
}

TEST(Reader, fault_13_an_answer_with_a_wrong_tag_or_a_used_counter) {
  const File keys(kKeys);
  for (const bool forged : {true, false}) {
    WrapperStream stream;
    identify(stream.meter);
    Octets before;
    stream.meter.script = [&](dlms::Sap client, const Octets& request) -> Answers {
      if (request[0] != 0xC8) return std::nullopt;
      ScriptedMeter::Answers answers = stream.meter.served(client, request);
      if (forged) answers[0].back() ^= 1;
      if (!before.empty()) answers[0] = before;
      before = answers[0];
      return answers;
    };
    reader::ReadOptions options = object("3/1.0.1.8.0");
    stream.meter.put(3, kEnergy, 2, hex("0600000001"));
    stream.meter.put(3, kEnergy, 3, hex("0202 0f00 161e"));
    options.client = 1;
    options.authentication = "hls5";
    options.keys_file = keys.name();
    const Outcome outcome = read(stream, options);
    if (forged) {
      EXPECT_EQ(outcome.status, 1);
      EXPECT_NE(outcome.fault.find("authentication tag of the answer does not fit"),
                std::string::npos)
          << outcome.fault;
    } else {  // the value came; its scaler was answered with the first answer once more
      EXPECT_EQ(outcome.status, 0);
      EXPECT_NE(outcome.notes.find("counter of the answer is not above"), std::string::npos)
          << outcome.notes;
    }
  }
}

TEST(Reader, AServerThatRepeatsABlockNumberEndsWithASentence) {
  EXPECT_EQ(said(is_get, hex("c402c1 00 00000001 00 04 09824142")),
            "get: block transfer: the meter repeats a block number or leaves one out");
  WrapperStream stream;
  stream.meter.script = instead(is_get, hex("c402c100000000010004098241 42"));
  const Outcome outcome = read(stream, object("1/0.0.96.1.0"));
  EXPECT_EQ(outcome.fault,
            "get: block transfer: the meter repeats a block number or leaves one out");
}

// ---- Objects ----

TEST(Reader, fault_16_an_object_by_its_class_needs_no_object_list) {
  WrapperStream stream;  // 0.0.40.0.0 does not exist there
  stream.meter.put(8, kClock, 2, hex("090c07e8061506142d2d00ffc480"));
  for (const char* name :
       {"8/0.0.1.0.0:2", "8/0.0.1.0.0", "8/0-0:1.0.0*255:2", "8/0.0.1.0.0.255"}) {
    const Outcome outcome = read(stream, object(name));
    EXPECT_EQ(outcome.status, 0) << name << outcome.fault;
    EXPECT_EQ(outcome.text, "2024-06-21T20:45:45+01:00") << name;
  }
  const Outcome by_list = read(stream, object("0.0.1.0.0"));
  EXPECT_EQ(by_list.status, 1);
  EXPECT_NE(by_list.fault.find("say the class: --object CLASS/OBIS"), std::string::npos)
      << by_list.fault;
  for (const char* bad : {"0/0.0.1.0.0", "x/0.0.1.0.0", "8/0.0.1", "70000/0.0.1.0.0",
                          "8/0.0.1.0.0:0", "8/0.0.1.0.0:128", "8/0.0.1.0.0:2x", "8/0.0.1.0.0:"}) {
    EXPECT_EQ(read(stream, object(bad)).status, 2) << bad;
  }
}

TEST(Reader, fault_10_registers_of_every_type_have_scaler_and_unit) {
  const struct {
    const char* value;
    const char* scaler_unit;
    const char* text;
    const char* raw;
  } cases[] = {
      {"17 41480000", "0202 0ffd 161e", "0.0125 Wh", "12.5"},
      {"18 3ff8000000000000", "0202 0f00 161e", "1.5 Wh", "1.5"},
      {"17 3dcccccd", "0202 0f00 1623", "0.1 V", "0.1"},
      {"17 c1480000", "0202 0f03 161b", "-12500 W", "-12.5"},
      {"17 7f7fffff", "0202 0f00 161b", "340282350000000000000000000000000000000 W",
       "3.4028235e+38"},
      {"18 0000000000000001", "0202 0f00 161b", "5e-324 W", "5e-324"},
      {"17 00000000", "0202 0ffd 161e", "0.000 Wh", "0.0"},
      {"15 ffffffffffffffff", "0202 0ffd 161e", "18446744073709551.615 Wh", "18446744073709551615"},
      {"14 8000000000000000", "0202 0f00 161e", "-9223372036854775808 Wh", "-9223372036854775808"},
      {"06 0000096e", "0202 0fff 1623", "241.4 V", "2414"},
      {"17 7fc00000", "0202 0f00 161b", "nan", "\"nan\""},
      {"00", "0202 0f00 161b", "null", "null"},
  };
  for (const auto& each : cases) {
    WrapperStream stream;
    stream.meter.put(3, kEnergy, 2, hex(each.value));
    stream.meter.put(3, kEnergy, 3, hex(each.scaler_unit));
    EXPECT_EQ(read(stream, object("3/1.0.1.8.0")).text, each.text);
    reader::ReadOptions as_json = object("3/1.0.1.8.0");
    as_json.json = true;
    const auto json = nlohmann::json::parse(read(stream, as_json).text);
    EXPECT_EQ(json["raw"].dump(), each.raw);
    EXPECT_EQ(json["text"], each.text);
  }
}

TEST(Reader, fault_10_extended_and_demand_registers_have_them_too) {
  WrapperStream stream;
  stream.meter.put(4, kEnergy, 2, hex("17 41480000"));
  stream.meter.put(4, kEnergy, 3, hex("0202 0f00 161b"));
  EXPECT_EQ(read(stream, object("4/1.0.1.8.0")).text, "12.5 W");
  stream.meter.put(5, kEnergy, 3, hex("12 0064"));
  stream.meter.put(5, kEnergy, 4, hex("0202 0fff 161b"));
  EXPECT_EQ(read(stream, object("5/1.0.1.8.0:3")).text, "10.0 W");
  stream.meter.put(3, kSerial, 2, hex("12 0064"));  // whose scaler is not there
  const Outcome bare = read(stream, object("3/0.0.96.1.0"));
  EXPECT_EQ(bare.text, "100");
  EXPECT_NE(bare.notes.find("object-undefined"), std::string::npos) << bare.notes;
}

// ---- Files of secrets ----

TEST(Reader, fault_22_a_password_file_of_any_editor) {
  for (const char* file : {"12345678\r\n", "12345678\n", "12345678",
                           "\xEF\xBB\xBF"
                           "12345678\r\n",
                           "12345678\r\nsecond line\r\n"}) {
    const File password(file);
    WrapperStream stream;
    stream.meter.put(1, kSerial, 2, hex("09024142"));
    reader::ReadOptions options = object("1/0.0.96.1.0");
    options.client = 2;
    options.authentication = "lls";
    options.password_file = password.name();
    const Outcome outcome = read(stream, options);
    EXPECT_EQ(outcome.status, 0) << outcome.fault;
    EXPECT_EQ(outcome.text, "AB");
  }
  for (const std::string& file : {std::string("\r\n"), std::string(), std::string(17, 'x'),
                                  std::string("\xFF\xFE"
                                              "1\0",
                                              4)}) {
    const File password(file);
    WrapperStream stream;
    reader::ReadOptions options = object("1/0.0.96.1.0");
    options.client = 2;
    options.authentication = "lls";
    options.password_file = password.name();
    EXPECT_EQ(read(stream, options).status, 2) << file;
  }
}

TEST(Reader, fault_22_a_key_file_with_a_mark_and_cr_lf) {
  std::string text = kKeys;
  text.insert(text.find(',') + 1, "\r\n");
  const File keys("\xEF\xBB\xBF" + text + "\r\n");
  WrapperStream stream;
  identify(stream.meter);
  reader::ReadOptions options = object("1/0.0.96.1.0");
  options.client = 1;
  options.authentication = "hls5";
  options.keys_file = keys.name();
  const Outcome outcome = read(stream, options);
  EXPECT_EQ(outcome.status, 0) << outcome.fault;
  EXPECT_EQ(outcome.text, "AB");
}

TEST(Reader, fault_22_options_without_effect_are_refused) {
  WrapperStream stream;
  reader::ReadOptions options = object("1/0.0.96.1.0");
  options.password_file = "somewhere";
  EXPECT_EQ(read(stream, options).fault, "--password-file: allowed together with --auth lls");
  options = object("1/0.0.96.1.0");
  options.from = "2024-01-15T00:00:00Z";
  EXPECT_EQ(read(stream, options).fault,
            "--from and --to choose rows: allowed together with --profile");
}

}  // namespace
}  // namespace reader_test
