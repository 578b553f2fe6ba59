// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
//
// The set of a run takes the place of an earlier one when it is better than that, and of nothing
// else.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "hes-stub/store/database.hpp"
#include "hes-stub/store/store.hpp"
#include "hes-stub/store/store_kind.hpp"
#include "sim/drive/run_folder.hpp"
#include "sim/result/h5_file.hpp"
#include "tests/runs/harness.hpp"

namespace {

using namespace scenario_test;
namespace fs = std::filesystem;

constexpr const char* kHour =
    "[scenario]\nname = \"sets\"\nduration_h = 1\ncollect_h = 0\n[meters]\ncount = 3\n";
constexpr const char* kLong =
    "[scenario]\nname = \"long\"\nduration_h = 700\n[meters]\ncount = 20\npush_period_s = 900\n";

ProgramRun in_shell(const std::string& script) { return run_program("/bin/sh", {"-c", script}); }

// Every file below a folder, by name.
std::map<std::string, std::string> contents(const std::string& folder) {
  std::map<std::string, std::string> all;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    const std::string name = entry.path().string();
    all[name] = entry.is_regular_file() ? read_text(name) : "(a folder)";
  }
  return all;
}

std::string state_of(const std::string& result) {
  const auto file = sim::result::TableFileReader::open(result);
  return file ? file->attributes().state : "does not open";
}

class Sets : public testing::Test {
 protected:
  void SetUp() override {
    file_ = folder_.write("hour.toml", kHour);
    long_ = folder_.write("long.toml", kLong);
  }
  // A whole set in OUT.
  void run_well(const std::string& out) {
    const ProgramRun run = amitwin({"run", file_, "--out", out, "--quiet"});
    ASSERT_EQ(run.exit_code, 0) << run.err;
    for (const char* name :
         {"result.h5", "hes.sqlite", "summary.json", "junit.xml", "report.html"}) {
      ASSERT_TRUE(exists(out + "/" + name)) << name;
    }
    ASSERT_FALSE(exists(out + "/unfinished"));
  }
  int end_by(int signal, const std::string& out, const std::string& watched) {
    const pid_t child = start_amitwin({"run", long_, "--out", out, "--quiet"});
    for (int i = 0; i < 30'000 && !exists(out + "/" + watched); ++i) usleep(1000);
    kill(child, signal);
    int status = 0;
    waitpid(child, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 1000 + WTERMSIG(status);
  }
  Folder folder_;
  std::string file_, long_;
};

TEST_F(Sets, fault_26_a_door_that_cannot_be_opened_leaves_the_earlier_set) {
  const std::string out = folder_ / "out";
  run_well(out);
  const auto before = contents(out);
  for (const char* listen : {"999.1.1.1:5", "192.0.2.1:24000"}) {  // no address; not ours
    const ProgramRun run = amitwin({"run", file_, "--mode", "paced", "--out", out, "--set",
                                    std::string("expose.listen=") + listen});
    EXPECT_EQ(run.exit_code, 5) << run.err;
    EXPECT_NE(run.err.find("the door of module 1: "), std::string::npos) << run.err;
    EXPECT_NE(run.err.find("the earlier result in " + out + "/ stays"), std::string::npos)
        << run.err;
    EXPECT_EQ(contents(out), before) << listen;
  }
}

TEST_F(Sets, fault_26_a_pem_file_that_cannot_be_used_is_bad_input_with_its_key) {
  const std::string out = folder_ / "out";
  const std::string line =
      file_ + " --mode paced --out " + out +
      " --set expose.p32=127.0.0.1:0 --set expose.tls_certificate=" + folder_.path() +
      "/a.pem --set expose.tls_authority=" + folder_.path() +
      "/a.pem --set expose.tls_key=" + folder_.path() + "/";
  folder_.write("dc.toml", std::string(kHour) + "[[concentrator]]\nmeters = [2, 3]\n");
  const std::string dc = (folder_ / "dc.toml") + line.substr(file_.size());
  const std::string make = "openssl req -x509 -newkey ed25519 -nodes -days 30 -subj /CN=";
  ASSERT_EQ(in_shell("cd " + folder_.path() + " && " + make + "a -keyout a.key -out a.pem && " +
                     make + "b -keyout b.key -out b.pem")
                .exit_code,
            0);
  run_well(out);
  const auto before = contents(out);
  const auto complains = [&](const std::string& key, const std::string& words) {
    for (const char* command : {" run ", " check ", " debug --meter 1 --until 00:10:00 "}) {
      std::string all = dc + key;
      if (command[1] != 'r')
        all.replace(all.find(" --mode paced --out " + out), 20 + out.size(),
                    " --set sim.mode=paced");
      const ProgramRun run = in_shell(AMITWIN_PROGRAM + std::string(command) + all);
      EXPECT_EQ(run.exit_code, 2) << run.err;
      EXPECT_NE(run.err.find("expose.tls_key = " + folder_.path() + "/" + key + ": "),
                std::string::npos)
          << run.err;
      EXPECT_NE(run.err.find(words), std::string::npos) << run.err;
      EXPECT_EQ(occurrences(run.err, "\n"), 1u) << run.err;
    }
    EXPECT_EQ(contents(out), before) << key;
  };
  complains("x.key", "No such file or directory");
  complains("b.key", "allowed: the private key of the certificate, PEM");
  complains("a.pem", "allowed: the private key of the certificate, PEM");
}

TEST_F(Sets, fault_26_a_disk_that_fills_up_leaves_the_earlier_set_and_the_new_one_beside) {
  const std::string out = folder_ / "out";
  run_well(out);
  const auto before = contents(out);
  const ProgramRun run = in_shell("ulimit -f 800; exec " AMITWIN_PROGRAM
                                  " run scenarios/first-light.toml --set "
                                  "meters.count=60 --set meters.detailed=none --quiet --out " +
                                  out);
  EXPECT_EQ(run.exit_code, 5) << run.err;
  const std::string beside = out + "/unfinished/result.h5";
  EXPECT_NE(run.err.find(beside + " shows the run until "), std::string::npos) << run.err;
  EXPECT_NE(run.err.find("amitwin report " + beside), std::string::npos) << run.err;
  EXPECT_NE(run.err.find("the earlier result in " + out + "/ stays"), std::string::npos) << run.err;
  auto after = contents(out);
  for (const auto& [name, text] : before) EXPECT_EQ(after[name], text) << name;
  EXPECT_EQ(state_of(beside), "running");
  EXPECT_GT(column_of(beside, "rows", "meter").size(), 50u);
  run_well(out);  // and what lay beside is gone
}

TEST_F(Sets, fault_26_an_interrupted_run_replaces_and_the_next_one_cleans_up) {
  const std::string out = folder_ / "out";
  run_well(out);
  const auto before = contents(out);
  EXPECT_EQ(end_by(SIGTERM, out, "unfinished/parts/part-2.h5"), 130);
  EXPECT_EQ(state_of(out + "/result.h5"), "running");
  EXPECT_GT(column_of(out + "/result.h5", "rows", "meter").size(), 100u);
  EXPECT_EQ(hes::kind_of_store(out + "/hes.sqlite"), hes::StoreKind::of_a_run);
  for (const char* gone : {"summary.json", "junit.xml", "report.html", "unfinished"}) {
    EXPECT_FALSE(exists(out + "/" + gone)) << "of another run: " << gone;
  }
  const ProgramRun digest = amitwin({"digest", out + "/result.h5"});
  EXPECT_EQ(digest.exit_code, 0);
  EXPECT_NE(digest.err.find("result.h5: incomplete, shows the run until "), std::string::npos)
      << digest.err;
  run_well(out);
  EXPECT_FALSE(exists(out + "/parts"));
  EXPECT_EQ(contents(out).size(), before.size());
  EXPECT_EQ(amitwin({"digest", out + "/result.h5"}).err, "");
}

TEST_F(Sets, fault_26_a_killed_run_leaves_the_earlier_set_and_its_own_beside) {
  const std::string out = folder_ / "out";
  run_well(out);
  const auto before = contents(out);
  EXPECT_EQ(end_by(SIGKILL, out, "unfinished/parts/part-2.h5"), 1000 + SIGKILL);
  auto after = contents(out);
  for (const auto& [name, text] : before) EXPECT_EQ(after[name], text) << name;
  EXPECT_EQ(state_of(out + "/unfinished/result.h5"), "running");
  EXPECT_EQ(digest_of(out + "/unfinished/result.h5").size(), 64u);
  run_well(out);
}

// Killed among the renames: the next run puts the set in its place, and so much is there even when
// that run cannot begin.
TEST_F(Sets, fault_26_a_set_that_was_taking_its_place_takes_it) {
  const std::string fresh = folder_ / "fresh";
  for (const auto& [stage, dies] : {std::pair("whole", true), std::pair("whole", false),
                                    std::pair("moving", true), std::pair("moving", false)}) {
    const std::string out = folder_ / stage + (dies ? "-dies" : "-goes-on");
    run_well(out);
    const std::string digest_before = digest_of(out + "/result.h5");
    ASSERT_EQ(amitwin({"run", file_, "--seed", "2", "--out", fresh, "--quiet"}).exit_code, 0);
    const std::string digest = digest_of(fresh + "/result.h5");
    ASSERT_NE(digest, digest_before);
    const std::string summary = read_text(fresh + "/summary.json");
    fs::rename(fresh, out + "/unfinished");
    std::ofstream(out + "/unfinished/.amitwin-" + stage);
    fs::remove(out + "/summary.json");
    if (stage == std::string("moving")) {
      fs::rename(out + "/unfinished/result.h5", out + "/result.h5");
    } else {
      fs::create_directory(out + "/parts");
      std::ofstream(out + "/trace.vcd") << "$date\n$end\n$version SystemC\n";
    }
    if (!dies) {  // and its own takes the place of that
      run_well(out);
      EXPECT_EQ(digest_of(out + "/result.h5"), digest_before) << stage;
      for (const char* gone : {"unfinished", "trace.vcd", "parts"}) {
        EXPECT_FALSE(exists(out + "/" + gone)) << stage << ' ' << gone;
      }
      continue;
    }
    const ProgramRun run =
        in_shell("ulimit -f 8; exec " AMITWIN_PROGRAM " run " + file_ + " --out " + out);
    EXPECT_EQ(run.exit_code, 5) << run.err;
    EXPECT_EQ(digest_of(out + "/result.h5"), digest) << stage;
    EXPECT_EQ(read_text(out + "/summary.json"), summary) << stage;
    for (const char* gone : {"unfinished", "trace.vcd", "parts"}) {
      EXPECT_FALSE(exists(out + "/" + gone)) << stage << ' ' << gone;
    }
  }
}

// Something came into the way during the run: no summary tells of a set that is not there, and what
// has no place yet keeps its own until there is one.
TEST_F(Sets, ASetThatIsStuckHalfwayIsCompletedByTheNextRun) {
  const std::string out = folder_ / "out";
  fs::create_directory(out);
  std::ofstream(out + "/summary.json") << "{\"digest\": \"earlier\"}";
  {
    sim::run::RunFolder folder(out);
    ASSERT_EQ(folder.error(), "");
    for (const char* name : {"result.h5", "summary.json"}) {
      std::ofstream(folder.path() + "/" + name) << "new";
    }
    fs::create_directories(out + "/result.h5/in the way");
    EXPECT_EQ(folder.swap_in().find(out + "/result.h5: cannot be put in its place ("), 0u);
    EXPECT_FALSE(exists(out + "/summary.json"));
  }
  fs::remove_all(out + "/result.h5");
  {
    sim::run::RunFolder next(out);
    EXPECT_EQ(next.error(), "");
    EXPECT_TRUE(next.earlier());
  }
  for (const char* name : {"result.h5", "summary.json"}) {
    EXPECT_EQ(read_text(out + "/" + name), "new") << name;
  }
}

TEST_F(Sets, AFolderMadeForARunThatLeavesNothingGoesAgain) {
  const std::string made = folder_ / "made", found = folder_ / "found";
  fs::create_directory(found);
  for (const std::string& out : {made, found}) {
    const sim::run::RunFolder folder(out);
    EXPECT_TRUE(exists(out + "/unfinished"));
  }
  EXPECT_FALSE(exists(made));
  EXPECT_TRUE(exists(found) && fs::is_empty(found));
}

// ---- What is not ours ----

TEST_F(Sets, fault_26_what_no_run_has_written_is_named_and_stays) {
  const auto refused = [&](const std::string& name, const std::string& words, const auto& make) {
    const std::string out = folder_ / "of-" + name;
    fs::create_directories(out);
    make(out);
    const auto before = contents(out);
    const ProgramRun run = amitwin({"run", file_, "--out", out, "--quiet"});
    EXPECT_EQ(run.exit_code, 2) << name << run.err;
    EXPECT_NE(run.err.find(out + "/" + words), std::string::npos) << run.err;
    EXPECT_NE(run.err.find("allowed: move it away, or another folder (--out)"), std::string::npos)
        << run.err;
    EXPECT_EQ(contents(out), before) << name;
  };
  const auto put = [](const std::string& name, const std::string& text) {
    return [=](const std::string& out) {
      fs::create_directories(fs::path(out + "/" + name).parent_path());
      std::ofstream(out + "/" + name) << text;
    };
  };
  refused("parts", "parts: holds plan.txt", put("parts/plan.txt", "mine"));
  refused("part", "parts: holds part-1.h5", put("parts/part-1.h5", "mine"));
  refused("parts-file", "parts: is no folder of a run", put("parts", "mine"));
  refused("unfinished", "unfinished: is no folder of a run", put("unfinished/song.txt", "mine"));
  refused("folder", "report.html: is a folder",
          [](const std::string& out) { fs::create_directories(out + "/report.html"); });
  for (const char* name : {"result.h5", "summary.json", "junit.xml", "report.html", "trace.vcd",
                           "doors.csv", "inputs.log"}) {
    refused(name, std::string(name) + ": is not of a run", put(name, "mine\n"));
  }
  refused("hes.sqlite", "hes.sqlite: is not the store of a run", put("hes.sqlite", "mine\n"));
  refused("store", "hes.sqlite: is the store of a head-end", [](const std::string& out) {
    const hes::Store store({out + "/hes.sqlite", false, true});
  });
  const std::string file = folder_.write("file", "mine");
  EXPECT_EQ(amitwin({"run", file_, "--out", file}).exit_code, 2);
  EXPECT_EQ(read_text(file), "mine");
}

// The mark is in the file while the head-end serves, and not only behind its write-ahead log.
TEST_F(Sets, fault_26_the_store_of_a_run_becomes_a_head_ends_when_one_serves_it) {
  const std::string out = folder_ / "out", store = out + "/hes.sqlite";
  run_well(out);
  EXPECT_EQ(hes::kind_of_store(store), hes::StoreKind::of_a_run);
  EXPECT_EQ(amitwin({"hes", "--store", store, "--missing"}).exit_code, 0);
  EXPECT_EQ(hes::kind_of_store(store), hes::StoreKind::of_a_run) << "only looked at";
  run_well(out);
  {
    const hes::Store live({store, false, true});
    EXPECT_EQ(hes::kind_of_store(store), hes::StoreKind::head_end);
    EXPECT_EQ(amitwin({"run", file_, "--out", out}).exit_code, 2);
  }
  EXPECT_EQ(amitwin({"run", file_, "--out", out}).exit_code, 2);
}

TEST_F(Sets, fault_26_a_head_end_takes_no_file_of_others_for_its_store) {
  const std::string inventory = folder_ / "inventory.json", mine = folder_.write("mine", "mine\n");
  ASSERT_EQ(
      in_shell(AMITWIN_PROGRAM " inventory --with-keys --format json " + file_ + " >" + inventory)
          .exit_code,
      0);
  const std::string serve = AMITWIN_PROGRAM " hes --listen 127.0.0.1:0 --inventory " + inventory;
  for (const char* fresh : {"", " --fresh"}) {
    const ProgramRun run = in_shell(serve + " --store " + mine + fresh);
    EXPECT_EQ(run.exit_code, 2) << run.err;
    EXPECT_NE(run.err.find("--store = " + mine + ": a file of something else"), std::string::npos)
        << run.err;
    EXPECT_EQ(read_text(mine), "mine\n");
  }
  const ProgramRun full = in_shell("ulimit -f 4; " + serve + " --store " + (folder_ / "s"));
  EXPECT_EQ(full.exit_code, 5) << full.err;
  EXPECT_NE(full.err.find("store " + (folder_ / "s") + ": cannot be written ("), std::string::npos)
      << full.err;
  EXPECT_EQ(full.err.find("CREATE"), std::string::npos) << full.err;
}

TEST_F(Sets, ADatabaseOfAnotherProgramIsNeitherTakenNorDeletedByAHeadEnd) {
  const std::string inventory = folder_ / "inventory.json";
  ASSERT_EQ(
      in_shell(AMITWIN_PROGRAM " inventory --with-keys --format json " + file_ + " >" + inventory)
          .exit_code,
      0);
  // Most programs set no application_id, and count their formats as we do.
  for (const char* version : {"0", "3", "5", "79"}) {
    const std::string places = folder_ / (std::string("places-") + version + ".sqlite");
    {
      hes::Database database(places);
      database.execute("CREATE TABLE moz_places(id INTEGER)");
      database.execute(std::string("PRAGMA user_version=") + version);
    }
    const std::string before = read_text(places);
    for (const char* fresh : {"", " --fresh"}) {
      const ProgramRun run =
          in_shell("timeout 20 " AMITWIN_PROGRAM " hes --listen 127.0.0.1:0 --inventory " +
                   inventory + " --store " + places + fresh);
      const bool perhaps_ours = version[0] == '3' || version[0] == '5';
      EXPECT_EQ(run.exit_code, perhaps_ours && fresh[0] == 0 ? 5 : 2) << version << fresh;
      EXPECT_NE(run.err.find(places), std::string::npos) << run.err;
      EXPECT_EQ(read_text(places), before) << version << fresh;
    }
  }
}

TEST_F(Sets, fault_26_two_runs_do_not_share_a_folder) {
  const std::string out = folder_ / "out";
  const pid_t first = start_amitwin({"run", long_, "--out", out, "--quiet"});
  for (int i = 0; i < 30'000 && !exists(out + "/unfinished/result.h5"); ++i) usleep(1000);
  const ProgramRun second = amitwin({"run", file_, "--out", out});
  EXPECT_EQ(second.exit_code, 2);
  EXPECT_NE(second.err.find(out + ": another run writes there"), std::string::npos) << second.err;
  // Nor while the first is ending, when its mark has another name already.
  const std::string growing = out + "/unfinished/.amitwin-growing", away = out + "/away";
  fs::rename(growing, away);
  std::ofstream(growing).close();
  const ProgramRun third = amitwin({"run", file_, "--out", out});
  EXPECT_EQ(third.exit_code, 2);
  EXPECT_NE(third.err.find(out + ": another run writes there"), std::string::npos) << third.err;
  fs::rename(away, growing);
  kill(first, SIGINT);
  int status = 0;
  waitpid(first, &status, 0);
  EXPECT_EQ(WEXITSTATUS(status), 130);
  EXPECT_EQ(state_of(out + "/result.h5"), "running");
}

}  // namespace
