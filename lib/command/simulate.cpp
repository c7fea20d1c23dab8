#include "command/simulate.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <charconv>
#include <chrono>
#include <csignal>
#include <memory>
#include <string_view>
#include <system_error>
#include <utility>

#include "command/rehearsal.hpp"
#include "command/scratch_directory.hpp"
#include "command/session.hpp"
#include "config/address.hpp"
#include "http/client.hpp"
#include "http/loopback_identity.hpp"
#include "simulator/fault_spec.hpp"
#include "support/clock.hpp"
#include "support/time_scale.hpp"

namespace lethe::command {

namespace asio = boost::asio;

namespace {

constexpr int most_days = 365;
constexpr std::chrono::minutes usual_token_life{20};
/// However fast the time, a token lives long enough to be used.
constexpr std::chrono::milliseconds least_real_token_life{2000};

Failure usage(std::string line) {
  return failure(ExitStatus::usage, std::move(line));
}

Outcome<void> read_listen(const std::string& text, SimulatePlan& plan) {
  if (!config::is_listen_address(text)) {
    return std::unexpected(usage("--listen: isn't of the form 127.0.0.1:8421 or [::1]:8421"));
  }
  const auto colon = text.rfind(':');
  plan.address = text.substr(0, colon);
  if (plan.address.starts_with('[')) plan.address = plan.address.substr(1, plan.address.size() - 2);
  std::from_chars(text.data() + colon + 1, text.data() + text.size(), plan.port);
  if (!http::is_loopback_host(plan.address)) {
    return std::unexpected(
        usage(fmt::format("--listen: {} isn't loopback; the simulator's credentials are known to everybody, so it "
                          "listens on 127.0.0.1 or [::1] alone",
                          plan.address)));
  }
  return {};
}

Outcome<void> check_days(int days) {
  if (days == -1 || (days >= 1 && days <= most_days)) return {};
  if (days == 0) {
    return std::unexpected(
        usage("--days: 0 has no defined meaning in Marketing Cloud; -1 is no restore window, 1 a day"));
  }
  return std::unexpected(usage(fmt::format("--days: {} is neither -1 (no restore window) nor from 1 to 365", days)));
}

core::Duration token_life(double time_scale) {
  const auto least = std::chrono::duration<double, std::milli>(least_real_token_life) * time_scale;
  return std::max<core::Duration>(usual_token_life, std::chrono::ceil<core::Duration>(least));
}

void tell_start(std::ostream& out, const SimulateOptions& options, const ScratchDirectory& directory,
                const Rehearsal& rehearsal) {
  const auto place = directory.path().string();
  const auto config = fmt::format("--config {}/lethe.toml", place);
  const auto scale = options.time_scale == 1 ? "" : fmt::format(" --time-scale {}", options.time_scale);
  const auto window = options.days == -1 ? "no restore window" : fmt::format("a restore window of {} d", options.days);
  out << fmt::format(
      "A simulated Marketing Cloud listens on {}\n"
      "  time          {}, {}\n"
      "  client id     {}\n"
      "  client secret {}\n"
      "  account id    any, such as 10650003\n\n",
      rehearsal.url, options.time_scale == 1 ? "as fast as yours" : fmt::format("{} times as fast", options.time_scale),
      window, rehearsal.client_id, rehearsal.client_secret);
  out << fmt::format(
      "A configuration for it is ready in {0}{1}:\n\n"
      "{2}\n"
      "In another terminal:\n"
      "  lethe {3} run{4}\n"
      "and in a third:\n"
      "  lethe {3} submit {0}/first-job.toml --wait\n\n",
      place, directory.stays() ? "" : " (gone when this ends)", rehearsal_configuration(rehearsal), config, scale);
  if (!options.quiet) out << "Requests, by simulated time; Ctrl-C ends it:\n";
  out.flush();
}

void tell_end(std::ostream& out, const simulator::CloudModel::Calls& calls, const ScratchDirectory& directory) {
  out << fmt::format("\nThe simulator has ended: {} token, {} submit, {} status, {} list and {} other calls. {} {}.\n",
                     calls.token, calls.submit, calls.status, calls.lists, calls.other, directory.path().string(),
                     directory.stays() ? "stays" : "is gone");
}

asio::awaitable<void> serve_until_signal(simulator::Server& server, asio::signal_set& signals) {
  co_await signals.async_wait(asio::as_tuple(asio::use_awaitable));
  co_await server.stop();
}

}  // namespace

Outcome<SimulatePlan> plan_simulation(const SimulateOptions& options, core::Time start) {
  SimulatePlan plan;
  if (auto read = read_listen(options.listen, plan); !read) return std::unexpected(read.error());
  if (auto good = check_days(options.days); !good) return std::unexpected(good.error());
  if (!support::is_time_scale(options.time_scale)) {
    return std::unexpected(usage("--time-scale: must be above 0 and at most 100,000"));
  }
  if (!options.faults.empty()) {
    auto faults = simulator::parse_fault_spec(options.faults, start);
    if (!faults) return std::unexpected(usage("--faults: " + faults.error()));
    plan.model.faults = std::move(*faults);
  }
  plan.model.seed = options.seed;
  plan.model.restorable_days = options.days;
  plan.model.token_life = token_life(options.time_scale);
  plan.model.rest_url_varies = false;
  return plan;
}

std::string in_line(const simulator::Exchange& exchange) {
  const auto time = core::rfc3339(std::chrono::floor<std::chrono::seconds>(exchange.at));
  const auto status = exchange.status == 0 ? "---" : fmt::to_string(exchange.status);
  const auto fault = exchange.fault ? fmt::format("   fault: {}", simulator::word(*exchange.fault)) : "";
  return fmt::format("{}  {}  {}{}", time, status, exchange.words, fault);
}

Outcome<void> simulate(const SimulateOptions& options, std::ostream& out) {
  std::signal(SIGPIPE, SIG_IGN);
  Rehearsal rehearsal;
  rehearsal.epoch = real_now();
  rehearsal.time_scale = options.time_scale;
  auto plan = plan_simulation(options, rehearsal.epoch);
  if (!plan) return std::unexpected(plan.error());
  rehearsal.client_id = plan->model.client_id;
  rehearsal.client_secret = plan->model.client_secret;

  simulator::ServerSettings settings;
  settings.address = plan->address;
  settings.port = plan->port;
  if (options.tls) {
    auto identity = http::make_loopback_identity(plan->address);
    if (!identity) return std::unexpected(failure(ExitStatus::failed, identity.error()));
    settings.certificate_pem = std::move(identity->certificate_pem);
    settings.key_pem = std::move(identity->key_pem);
    rehearsal.ca_pem = std::move(identity->ca_pem);
  }
  if (!options.quiet) {
    settings.request_log = [&out](const simulator::Exchange& exchange) { out << in_line(exchange) << std::endl; };
  }

  asio::io_context loop;
  const auto clock = support::make_scaled_clock(options.time_scale, rehearsal.epoch, rehearsal.epoch);
  auto server = simulator::make_server(loop.get_executor(), std::move(settings), std::move(plan->model), *clock);
  if (!server) {
    return std::unexpected(failure(ExitStatus::failed, server.error() + "; --listen 127.0.0.1:0 takes any free port"));
  }
  rehearsal.url = (*server)->url();
  // Before there is a directory that a signal could leave behind.
  asio::signal_set signals(loop, SIGINT, SIGTERM, SIGHUP);
  const auto directory = ScratchDirectory::make(options.directory, "lethe-simulate");
  Outcome<void> result;
  if (!directory) result = std::unexpected(directory.error());
  if (result) result = lay_out((*directory)->path(), rehearsal);
  if (!result) {
    perform(loop, (*server)->stop());
    return result;
  }
  tell_start(out, options, **directory, rehearsal);
  perform(loop, serve_until_signal(**server, signals));
  tell_end(out, (*server)->model().calls(), **directory);
  return {};
}

}  // namespace lethe::command
