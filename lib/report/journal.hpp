// The systemd journal's fields for a log line, and handing them over.
#pragma once

#include <string>
#include <string_view>

#include "core/operation.hpp"
#include "core/settings.hpp"
#include "report/log.hpp"

namespace lethe::report {

/// MESSAGE, PRIORITY and the LETHE_… fields by which `journalctl` can select; one LETHE_JOB for each job.
Fields journal_fields(const core::Transition& transition);
Fields journal_fields(core::LogLevel level, std::string_view text, const Fields& fields);

/// False where the journal can't be written to. Without a journal on the machine nothing happens and it is true.
bool send_to_journal(const Fields& fields);

/// Is standard error the stream that $JOURNAL_STREAM ("device:inode") names?
bool is_journal_stream(std::string_view variable, int descriptor);

}  // namespace lethe::report
