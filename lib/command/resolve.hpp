// `lethe resolve`: a person settles an operation that Lethe can't settle by itself.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <cstdint>
#include <optional>
#include <string>

#include "command/failure.hpp"
#include "command/spoken.hpp"
#include "core/settings.hpp"
#include "core/time.hpp"
#include "store/store.hpp"

namespace lethe::command {

struct Resolution {
  enum class How : std::uint8_t {
    adopt,     ///< it is the cloud's operation_id; the daemon confirms it by a status call
    resubmit,  ///< the cloud doesn't have it: it is queued again
    give_up,   ///< closed without the cloud's verdict
  };
  How how = How::adopt;
  core::OperationId operation_id;  ///< for adopt
  std::string why;                 ///< not empty
};

/// As JSON {operation, state, asked_operation_id}. Exit status 3: no such operation. 1: it doesn't stand where this may
/// be done; the line says where it stands and what to do.
boost::asio::awaitable<Outcome<Spoken>> resolve_operation(store::Store& store, const core::Settings& settings,
                                                          core::OperationNumber number, Resolution resolution,
                                                          core::Time now);

}  // namespace lethe::command
