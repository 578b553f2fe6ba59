// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "sim/typetest/run.hpp"

#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <type_traits>

#include "models/core/grid/mains.hpp"
#include "os/exit_code.hpp"
#include "os/program.hpp"

namespace sim::typetest {
namespace {

// What a worker tells, whole, by one write: fewer octets than a pipe takes at once.
struct Message {
  std::uint32_t meter;  // from 0
  std::uint32_t measurement;
  Measured measured;
};
static_assert(std::is_trivially_copyable_v<Message> && sizeof(Message) <= 512);

void write_message(int to, const Message& message) {
  const char* octets = reinterpret_cast<const char*>(&message);
  std::size_t left = sizeof message;
  while (left > 0) {
    const ssize_t n = ::write(to, octets, left);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) ::_exit(os::kEnvironment);  // nobody reads any more
    octets += n;
    left -= static_cast<std::size_t>(n);
  }
}

int work(const std::vector<Prepared>& prepared, const meter_firmware& firmware,
         const RunOptions& options, unsigned job, int to) {
  // Readings and starts take longer than is known before: half as much again.
  const kernel::TimeNs horizon = length_of(prepared) * 3 / 2 + kernel::kNsPerDay;
  const models::MainsSchedule mains({.frequency_spread_hz = 0, .voltage_spread_percent = 0},
                                    horizon);
  const BenchContext context{firmware, options.seed, mains};
  for (std::uint32_t m = job; m < options.meters; m += options.jobs) {
    BenchMeter meter(context, m + 1);
    const std::string error = meter.begin();
    if (!error.empty()) {
      os::say("amitwin typetest: " + error + "\n");
      return os::kFirmware;
    }
    for (std::uint32_t k = 0; k < prepared.size(); ++k) {
      write_message(to, {m, k, measure(meter, prepared[k])});
    }
  }
  return os::kGood;
}

struct Worker {
  pid_t pid = 0;
  int from = -1;
  std::string octets;  // of a message that is not whole yet
};

Worker start(const std::vector<Prepared>& prepared, const meter_firmware& firmware,
             const RunOptions& options, unsigned job, const std::vector<Worker>& others) {
  int ends[2];
  Worker worker;
  if (::pipe(ends) != 0) return worker;
  worker.pid = ::fork();
  if (worker.pid == 0) {
    ::close(ends[0]);
    for (const Worker& other : others) ::close(other.from);
    options.guard();
    ::_exit(work(prepared, firmware, options, job, ends[1]));
  }
  ::close(ends[1]);
  worker.from = ends[0];
  return worker;
}

// What has come so far; false: the worker has ended.
bool take(Worker& worker, Results& results, kernel::TimeNs& done_ns,
          const std::vector<Prepared>& prepared) {
  char octets[8192];
  const ssize_t n = ::read(worker.from, octets, sizeof octets);
  if (n < 0 && errno == EINTR) return true;
  if (n <= 0) return false;
  worker.octets.append(octets, static_cast<std::size_t>(n));
  std::size_t at = 0;
  for (; worker.octets.size() - at >= sizeof(Message); at += sizeof(Message)) {
    Message message;
    std::memcpy(&message, worker.octets.data() + at, sizeof message);
    if (message.meter >= results.size() || message.measurement >= prepared.size()) continue;
    results[message.meter][message.measurement] = message.measured;
    done_ns += prepared[message.measurement].nominal_ns;
  }
  worker.octets.erase(0, at);
  return true;
}

}  // namespace

RunResult run(const Plan& plan, const std::vector<Prepared>& prepared,
              const meter_firmware& firmware, const RunOptions& options) {
  RunResult result;
  result.results.assign(options.meters, std::vector<Measured>(plan.measurements.size()));
  kernel::TimeNs done_ns = 0;
  std::vector<Worker> workers;
  for (unsigned job = 0; job < std::min(options.jobs, options.meters); ++job) {
    workers.push_back(start(prepared, firmware, options, job, workers));
    if (workers.back().pid > 0) continue;
    result.code = os::kEnvironment;
    result.error = std::string("no process to test with: ") + std::strerror(errno);
    workers.pop_back();
    break;
  }
  std::vector<pollfd> waiting;
  for (const Worker& worker : workers) waiting.push_back({worker.from, POLLIN, 0});
  for (std::size_t open = workers.size(); open > 0;) {
    ::poll(waiting.data(), waiting.size(), -1);
    for (std::size_t w = 0; w < workers.size(); ++w) {
      if (waiting[w].fd < 0 || waiting[w].revents == 0) continue;
      if (take(workers[w], result.results, done_ns, prepared)) continue;
      waiting[w].fd = -1;
      --open;
    }
    options.progress(done_ns);
  }
  for (const Worker& worker : workers) {
    int status = 0;
    ::waitpid(worker.pid, &status, 0);
    ::close(worker.from);
    const int code = WIFEXITED(status) ? WEXITSTATUS(status) : os::kEnvironment;
    if (code != os::kGood && result.code == os::kGood) result.code = code;
    if (WIFSIGNALED(status) && result.error.empty()) {
      result.error = std::string("a worker was ended by ") + ::strsignal(WTERMSIG(status));
    }
  }
  return result;
}

}  // namespace sim::typetest
