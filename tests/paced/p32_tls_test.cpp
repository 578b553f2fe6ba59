// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
//
// A concentrator on real sockets reports to a head-end in another process, over P3.2Ex with mutual
// TLS; and nobody else may.
#include "tests/paced/living_program.hpp"

namespace {

using namespace paced_test;

class P32Tls : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = fs::temp_directory_path() / ("amitwin-tls-" + std::to_string(getpid()));
    fs::create_directories(folder_);
    port_ = free_ports();
    ASSERT_GT(port_, 0);
    authority("ca");
    authority("stranger");
    certificate("hes", "AMTHES", "ca");
    certificate("other", "AMTDC0000000002", "ca");
    certificate("AMTDC0000000001", "AMTDC0000000001", "ca");
    certificate("forged", "AMTDC0000000001", "stranger");
  }
  void TearDown() override {
    for (const pid_t child : {run_, hes_}) {
      if (child <= 0) continue;
      kill(child, SIGINT);
      waitpid(child, nullptr, 0);
    }
    fs::remove_all(folder_);
  }
  std::string file(const std::string& name) const { return (folder_ / name).string(); }
  void authority(const std::string& name) const {
    const Answer made = shell("openssl req -x509 -newkey ed25519 -nodes -days 2 -subj /CN=" + name +
                              " -keyout " + file(name + ".key") + " -out " + file(name + ".pem"));
    ASSERT_EQ(made.status, 0) << made.text;
  }
  void certificate(const std::string& name, const std::string& who, const std::string& by) const {
    const Answer made = shell("openssl req -newkey ed25519 -nodes -subj /CN=" + who + " -keyout " +
                              file(name + ".key") + " -out " + file(name + ".csr") +
                              " && openssl x509 -req -days 2 -in " + file(name + ".csr") + " -CA " +
                              file(by + ".pem") + " -CAkey " + file(by + ".key") +
                              " -CAcreateserial -out " + file(name + ".pem"));
    ASSERT_EQ(made.status, 0) << made.text;
  }
  // One simulated hour takes a second; the concentrator collects every quarter of an hour.
  std::string scenario(const std::string& certificate, int speed = 900) const {
    const std::string path = file("tls.toml");
    std::ofstream(path) << "[scenario]\nname = \"tls\"\nduration_h = 700\ncollect_h = 0\n"
                        << "[sim]\nmode = \"paced\"\nspeed = " << speed << "\n[meters]\ncount = 2\n"
                        << "[[concentrator]]\nmeters = \"all\"\ncollect_period_s = 900\n"
                        << "[expose]\nhead_end = \"127.0.0.1:" << port_
                        << "\"\np32 = \"127.0.0.1:" << port_ + 2 << "\"\n"
                        << "tls_certificate = \"" << certificate << ".pem\"\n"
                        << "tls_key = \"" << certificate << ".key\"\n"
                        << "tls_authority = \"ca.pem\"\n";
    return path;
  }
  void start_head_end(const std::string& who = "hes") {
    std::ofstream(file("inventory.json"))
        << run("inventory " + scenario("{id}") + " --format json --with-keys").text;
    std::ofstream(file("sign.key")) << run("p32 sign-key " + scenario("{id}")).text;
    std::ofstream(file("type.json")) << run("template ad11a").text;
    hes_ = fork();
    if (hes_ != 0) return;
    if (std::freopen(file("hes.log").c_str(), "w", stdout) == nullptr) _exit(126);
    if (std::freopen(file("hes.log").c_str(), "a", stderr) == nullptr) _exit(126);
    execl(AMITWIN_PROGRAM, "amitwin", "hes", "--inventory", file("inventory.json").c_str(),
          "--template", file("type.json").c_str(), "--store", file("hes.sqlite").c_str(),
          "--listen", ("127.0.0.1:" + std::to_string(port_ + 1)).c_str(), "--p32-port",
          std::to_string(port_).c_str(), "--tls-cert", file(who + ".pem").c_str(), "--tls-key",
          file(who + ".key").c_str(), "--tls-ca", file("ca.pem").c_str(), "--sign-key",
          file("sign.key").c_str(), nullptr);
    _exit(127);
  }
  std::string stored() const {
    return run("hes --store " + file("hes.sqlite") + " --export csv").text;
  }
  // What the concentrator's own server says to somebody with that certificate, until it closes. A
  // program that has just begun has no door yet: tried again.
  std::string said_to_concentrator(const std::string& who, const std::string& request) const {
    const std::string command = request + " | timeout 60 openssl s_client -quiet -connect " +
                                "127.0.0.1:" + std::to_string(port_ + 2) + " -cert " +
                                file(who + ".pem") + " -key " + file(who + ".key") + " -CAfile " +
                                file("ca.pem");
    std::string text;
    for (int tries = 0; tries < 100; ++tries) {
      text = shell(command).text;
      if (text.find("onnection refused") == text.npos) return text;
      usleep(100'000);
    }
    return text;
  }
  // The same, said again until it is answered: a concentrator that boots has a door, and closes it.
  std::string answered_by_concentrator(const std::string& who, const std::string& request) const {
    std::string text;
    for (int tries = 0; tries < 100 && text.find("HTTP/1.1 ") == text.npos; ++tries) {
      if (tries > 0) usleep(300'000);
      text = said_to_concentrator(who, request);
    }
    return text;
  }
  // Rows of the store as the head-end prints them, with the line that names the columns.
  std::size_t rows() const {
    const std::string csv = stored();
    return static_cast<std::size_t>(std::count(csv.begin(), csv.end(), '\n'));
  }

  fs::path folder_;
  int port_ = 0;
  pid_t hes_ = -1;
  pid_t run_ = -1;
};

TEST_F(P32Tls, AForeignHeadEndGetsTheReports) {
  start_head_end();
  run_ = start_program(folder_, scenario("{id}"));
  std::size_t lines = 0;
  for (int tries = 0; tries < 150 && lines < 20; ++tries) {
    usleep(200'000);
    lines = rows();
  }
  std::ifstream log(file("hes.log"));
  EXPECT_GE(lines, 20u) << std::string(std::istreambuf_iterator<char>(log), {});
}

TEST_F(P32Tls, ACertificateOfAnotherAuthorityIsRefused) {
  start_head_end();
  for (int tries = 0; tries < 100 && !fs::exists(file("hes.sqlite")); ++tries) usleep(50'000);
  const std::size_t before = rows();
  run_ = start_program(folder_, scenario("forged"));
  sleep(6);  // more than an hour of collections
  EXPECT_LT(rows(), before + 5) << stored();
  std::ifstream inputs(folder_ / "out/unfinished/inputs.log");
  const std::string text(std::istreambuf_iterator<char>(inputs), {});
  EXPECT_NE(text.find("dialled"), std::string::npos) << text;
}

// A certificate of the authority is not enough: it must be the head-end's, at either end. Another
// one is told so; one of another authority hears nothing.
TEST_F(P32Tls, fault_24_any_other_certificate_is_not_the_head_end) {
  run_ = start_program(folder_, scenario("{id}"));
  const std::string request = "printf 'GET /p32ex/1 HTTP/1.1\\r\\n\\r\\n'";
  const std::string own = answered_by_concentrator("hes", request);
  EXPECT_NE(own.find("HTTP/1.1 405 "), own.npos) << own;
  for (const char* who : {"other", "AMTDC0000000001"}) {
    const std::string refused = said_to_concentrator(who, request);
    EXPECT_NE(refused.find("HTTP/1.1 403 "), refused.npos) << who << ": " << refused;
    EXPECT_EQ(refused.find("HTTP/1.1 405"), refused.npos) << who << ": " << refused;
  }
  EXPECT_EQ(said_to_concentrator("forged", request).find("HTTP/1.1"), std::string::npos);
}

// More than the modelled path takes at once: the socket is not read meanwhile, and no octet is
// lost.
TEST_F(P32Tls, fault_27_a_long_request_waits_for_the_modelled_path) {
  run_ = start_program(folder_, scenario("{id}", 3));  // slower than the socket
  constexpr std::size_t kBlanks = 3 << 20;
  const std::string xml =
      R"(<Message xmlns="urn:amitwin:p32ex:1" id="Q1" from="AMTHES" to="AMTDC0000000001" seq="7" )"
      R"(at="2024-01-15T00:00:00.000Z">)" +
      std::string(kBlanks, ' ') +
      R"(<Query report="inventory" source="cache" priority="3"/></Message>)";
  std::ofstream(file("query"), std::ios::binary)
      << "POST /p32ex/1 HTTP/1.1\r\nHost: x\r\nContent-Type: application/xml\r\nConnection: "
      << "close\r\nContent-Length: " << xml.size() << "\r\n\r\n"
      << xml;
  const std::string answer = answered_by_concentrator("hes", "cat " + file("query"));
  EXPECT_NE(answer.find("HTTP/1.1 200"), answer.npos) << answer;
  // Of the connection that was answered, the last one: never more than the path has room for, a
  // mebibyte, and has carried, 10 Mbit/s of the simulated time.
  std::ifstream inputs(folder_ / "out/unfinished/inputs.log");
  double at_s = 0, begun_s = 0;
  std::string what;
  std::size_t handle = 0, last = 0, n = 0, received = 0, paused = 0;
  while (inputs >> at_s >> what >> handle >> n) {
    if (what == "accepted") {
      last = handle;
      begun_s = at_s;
      received = paused = 0;
    }
    if (handle != last) continue;
    received += what == "received" ? n : 0;
    paused += what == "paused" ? 1 : 0;
    EXPECT_LE(static_cast<double>(received), (1 << 20) + 1.25e6 * (at_s - begun_s) + 8192) << at_s;
  }
  EXPECT_EQ(received, fs::file_size(file("query")));
  EXPECT_GE(paused, 2u) << "until the concentrator has answered, and when the path was full";
}

TEST_F(P32Tls, AHeadEndThatIsNotThereIsSaidWithItsAddress) {
  const Answer ran = run("run " + scenario("{id}") + " --until 1h --out " + file("alone"));
  EXPECT_EQ(ran.status, 5) << ran.text;
  const std::string address = "127.0.0.1:" + std::to_string(port_);
  EXPECT_NE(ran.text.find("the head-end at " + address + ": dialled 1 times, 1 refused"),
            ran.text.npos)
      << ran.text;
  EXPECT_NE(ran.text.find("no connection to the head-end at " + address + " carried a message"),
            ran.text.npos)
      << ran.text;
  EXPECT_EQ(ran.text.find("no concentrator ever reported"), ran.text.npos) << ran.text;
}

TEST_F(P32Tls, fault_24_reports_go_to_no_other_certificate) {
  start_head_end("other");
  run_ = start_program(folder_, scenario("{id}"));
  std::string text;
  for (int tries = 0; tries < 150 && text.find("not the head-end") == text.npos; ++tries) {
    usleep(100'000);
    std::ifstream inputs(folder_ / "out/unfinished/inputs.log");
    text.assign(std::istreambuf_iterator<char>(inputs), {});
  }
  EXPECT_NE(text.find("not the head-end"), text.npos) << text;
  EXPECT_LE(rows(), 3u) << stored();  // the names of the columns, for each profile
}

}  // namespace
