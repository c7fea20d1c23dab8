#include "simulation/memory_vfs.hpp"

#include <sqlite3.h>

#include <algorithm>
#include <cstring>
#include <map>
#include <mutex>
#include <new>
#include <random>
#include <stdexcept>
#include <utility>

#include "simulation/memory_file.hpp"

namespace lethe::simulation {

struct MemoryVfs::State {
  std::string name;
  sqlite3_vfs vfs{};
  mutable std::mutex mutex;  // the store's writer has a thread of its own
  std::mt19937_64 random;
  std::map<std::string, std::shared_ptr<MemoryFile>> files;
  std::map<std::string, std::shared_ptr<MemoryFile>> durable;  ///< the names that survive a crash
  std::int64_t generation = 0;
  bool crashed = false;
  Condition condition = Condition::fine;
  std::int64_t changes = 0;
  std::int64_t syncs = 0;
  std::optional<std::int64_t> crash_at;

  /// The result of a change that is about to be made; SQLITE_OK: make it.
  int admit_change() {
    ++changes;
    if (crash_at && changes >= *crash_at) crashed = true;
    if (crashed) return SQLITE_IOERR;
    return condition == Condition::failing ? SQLITE_IOERR : SQLITE_OK;
  }
};

namespace {

using State = MemoryVfs::State;
using Guard = std::lock_guard<std::mutex>;

/// What SQLite holds for an open file. It allocates the bytes itself and knows the first member alone.
struct Handle {
  sqlite3_file base;
  State* state;
  std::shared_ptr<MemoryFile> file;
  std::shared_ptr<SharedMemory> shared;  ///< kept beyond a crash: SQLite still looks at the memory
  std::string path;
  std::int64_t generation;
  bool delete_on_close;
  bool syncs_folder;  ///< a new journal: its first sync is one of the folder too
};

Handle& handle_of(sqlite3_file* file) {
  return *reinterpret_cast<Handle*>(file);
}

State& state_of(sqlite3_vfs* vfs) {
  return *static_cast<State*>(vfs->pAppData);
}

/// False: the handle is of before a crash.
bool alive(const Handle& handle) {
  return !handle.state->crashed && handle.generation == handle.state->generation;
}

// --- contents

int file_read(sqlite3_file* base, void* into, int amount, sqlite3_int64 offset) {
  Handle& handle = handle_of(base);
  const Guard guard(handle.state->mutex);
  if (!alive(handle)) return SQLITE_IOERR_READ;
  const std::string& content = handle.file->content.current();
  const auto wanted = static_cast<std::size_t>(amount);
  const std::size_t begin = std::min(static_cast<std::size_t>(offset), content.size());
  const std::size_t there = std::min(wanted, content.size() - begin);
  std::memcpy(into, content.data() + begin, there);
  std::memset(static_cast<char*>(into) + there, 0, wanted - there);
  return there == wanted ? SQLITE_OK : SQLITE_IOERR_SHORT_READ;
}

int change_file(Handle& handle, Change change) {
  const Guard guard(handle.state->mutex);
  if (!alive(handle)) return SQLITE_IOERR_WRITE;
  if (const int admitted = handle.state->admit_change(); admitted != SQLITE_OK) return admitted;
  if (change.bytes && handle.state->condition == MemoryVfs::Condition::full) return SQLITE_FULL;
  handle.file->content.make(std::move(change));
  return SQLITE_OK;
}

int file_write(sqlite3_file* base, const void* from, int amount, sqlite3_int64 offset) {
  return change_file(handle_of(base),
                     {offset, std::string(static_cast<const char*>(from), static_cast<std::size_t>(amount))});
}

int file_truncate(sqlite3_file* base, sqlite3_int64 size) {
  return change_file(handle_of(base), {size, std::nullopt});
}

int file_sync(sqlite3_file* base, int) {
  Handle& handle = handle_of(base);
  State& state = *handle.state;
  const Guard guard(state.mutex);
  if (!alive(handle)) return SQLITE_IOERR_FSYNC;
  if (const int admitted = state.admit_change(); admitted != SQLITE_OK) return admitted;
  ++state.syncs;
  handle.file->content.sync();
  const auto named = state.files.find(handle.path);
  if (named != state.files.end() && named->second == handle.file) state.durable[handle.path] = handle.file;
  if (std::exchange(handle.syncs_folder, false)) state.durable = state.files;
  return SQLITE_OK;
}

int file_size(sqlite3_file* base, sqlite3_int64* size) {
  Handle& handle = handle_of(base);
  const Guard guard(handle.state->mutex);
  if (!alive(handle)) return SQLITE_IOERR_FSTAT;
  *size = static_cast<sqlite3_int64>(handle.file->content.current().size());
  return SQLITE_OK;
}

// --- locks of the file

int file_lock(sqlite3_file* base, int level) {
  Handle& handle = handle_of(base);
  const Guard guard(handle.state->mutex);
  if (!alive(handle)) return SQLITE_IOERR_LOCK;
  return handle.file->locks.lock(&handle, level);
}

int file_unlock(sqlite3_file* base, int level) {
  Handle& handle = handle_of(base);
  const Guard guard(handle.state->mutex);
  if (!alive(handle)) return SQLITE_OK;
  handle.file->locks.unlock(&handle, level);
  return SQLITE_OK;
}

int file_check_reserved(sqlite3_file* base, int* reserved) {
  Handle& handle = handle_of(base);
  const Guard guard(handle.state->mutex);
  if (!alive(handle)) return SQLITE_IOERR_CHECKRESERVEDLOCK;
  *reserved = handle.file->locks.reserved() ? 1 : 0;
  return SQLITE_OK;
}

// --- the memory shared by the connections of a WAL database

int shared_map(sqlite3_file* base, int region, int size, int extend, void volatile** memory) {
  Handle& handle = handle_of(base);
  const Guard guard(handle.state->mutex);
  *memory = nullptr;
  if (!alive(handle)) return SQLITE_IOERR_SHMMAP;
  if (!handle.shared) handle.shared = handle.file->shared;
  *memory = handle.shared->region(static_cast<std::size_t>(region), static_cast<std::size_t>(size), extend != 0);
  return SQLITE_OK;
}

int shared_lock(sqlite3_file* base, int first, int count, int flags) {
  Handle& handle = handle_of(base);
  const Guard guard(handle.state->mutex);
  if (!handle.shared) return SQLITE_IOERR_SHMLOCK;
  const auto begin = static_cast<std::size_t>(first);
  const auto end = begin + static_cast<std::size_t>(count);
  if ((flags & SQLITE_SHM_UNLOCK) != 0) {
    handle.shared->unlock(&handle, begin, end);
    return SQLITE_OK;
  }
  if (!alive(handle)) return SQLITE_IOERR_SHMLOCK;
  return handle.shared->lock(&handle, begin, end, (flags & SQLITE_SHM_EXCLUSIVE) != 0);
}

void shared_barrier(sqlite3_file* base) {
  const Guard guard(handle_of(base).state->mutex);
}

int shared_unmap(sqlite3_file* base, int remove) {
  Handle& handle = handle_of(base);
  const Guard guard(handle.state->mutex);
  if (!handle.shared) return SQLITE_OK;
  handle.shared->unlock_all(&handle);
  handle.shared.reset();
  if (remove != 0 && alive(handle)) handle.file->shared = std::make_shared<SharedMemory>();
  return SQLITE_OK;
}

// --- the rest of a file

int file_control(sqlite3_file*, int, void*) {
  return SQLITE_NOTFOUND;
}
int file_sector_size(sqlite3_file*) {
  return 4096;
}
int file_characteristics(sqlite3_file*) {
  return SQLITE_IOCAP_POWERSAFE_OVERWRITE;
}

int file_close(sqlite3_file* base) {
  Handle& handle = handle_of(base);
  State& state = *handle.state;
  shared_unmap(base, 0);
  const Guard guard(state.mutex);
  if (alive(handle)) {
    handle.file->locks.unlock(&handle, SQLITE_LOCK_NONE);
    if (handle.delete_on_close) state.files.erase(handle.path);
  }
  handle.~Handle();
  return SQLITE_OK;
}

const sqlite3_io_methods methods = {
    .iVersion = 2,
    .xClose = file_close,
    .xRead = file_read,
    .xWrite = file_write,
    .xTruncate = file_truncate,
    .xSync = file_sync,
    .xFileSize = file_size,
    .xLock = file_lock,
    .xUnlock = file_unlock,
    .xCheckReservedLock = file_check_reserved,
    .xFileControl = file_control,
    .xSectorSize = file_sector_size,
    .xDeviceCharacteristics = file_characteristics,
    .xShmMap = shared_map,
    .xShmLock = shared_lock,
    .xShmBarrier = shared_barrier,
    .xShmUnmap = shared_unmap,
    .xFetch = nullptr,
    .xUnfetch = nullptr,
};

// --- the file system

int vfs_open(sqlite3_vfs* vfs, const char* name, sqlite3_file* base, int flags, int* out_flags) {
  State& state = state_of(vfs);
  base->pMethods = nullptr;
  const Guard guard(state.mutex);
  if (state.crashed) return SQLITE_IOERR;
  const bool read_only = state.condition == MemoryVfs::Condition::read_only;
  const std::string path = name != nullptr ? name : "temporary " + std::to_string(state.random());
  auto found = state.files.find(path);
  const bool is_new = found == state.files.end();
  if (is_new) {
    if ((flags & SQLITE_OPEN_CREATE) == 0 || read_only) return SQLITE_CANTOPEN;
    found = state.files.emplace(path, std::make_shared<MemoryFile>()).first;
  }
  new (base) Handle{.base = {&methods},
                    .state = &state,
                    .file = found->second,
                    .shared = nullptr,
                    .path = path,
                    .generation = state.generation,
                    .delete_on_close = (flags & SQLITE_OPEN_DELETEONCLOSE) != 0,
                    .syncs_folder = is_new && (flags & (SQLITE_OPEN_MAIN_JOURNAL | SQLITE_OPEN_WAL)) != 0};
  if (out_flags != nullptr) *out_flags = read_only ? SQLITE_OPEN_READONLY : flags;
  return SQLITE_OK;
}

int vfs_delete(sqlite3_vfs* vfs, const char* name, int sync_folder) {
  State& state = state_of(vfs);
  const Guard guard(state.mutex);
  if (state.crashed) return SQLITE_IOERR_DELETE;
  if (!state.files.contains(name)) return SQLITE_IOERR_DELETE_NOENT;
  if (state.admit_change() != SQLITE_OK) return SQLITE_IOERR_DELETE;
  state.files.erase(name);
  if (sync_folder != 0) state.durable.erase(name);
  return SQLITE_OK;
}

int vfs_access(sqlite3_vfs* vfs, const char* name, int, int* result) {
  State& state = state_of(vfs);
  const Guard guard(state.mutex);
  if (state.crashed) return SQLITE_IOERR_ACCESS;
  const auto found = state.files.find(name);
  *result = found != state.files.end() && !found->second->content.current().empty() ? 1 : 0;
  return SQLITE_OK;
}

int vfs_full_path(sqlite3_vfs*, const char* name, int size, char* into) {
  sqlite3_snprintf(size, into, "%s", name);
  return SQLITE_OK;
}

int vfs_randomness(sqlite3_vfs* vfs, int amount, char* into) {
  State& state = state_of(vfs);
  const Guard guard(state.mutex);
  for (int i = 0; i < amount; ++i) into[i] = static_cast<char>(state.random() & 0xff);
  return amount;
}

/// Nobody on this thread could let go of a lock meanwhile.
int vfs_sleep(sqlite3_vfs*, int microseconds) {
  return microseconds;
}

/// Julian day 2461000 in milliseconds: SQLite asks, the store doesn't use it.
int vfs_current_time64(sqlite3_vfs*, sqlite3_int64* time) {
  *time = sqlite3_int64{2461000} * 86'400'000;
  return SQLITE_OK;
}
int vfs_current_time(sqlite3_vfs*, double* time) {
  *time = 2461000;
  return SQLITE_OK;
}
int vfs_last_error(sqlite3_vfs*, int, char*) {
  return 0;
}

sqlite3_vfs make_vfs(State& state) {
  sqlite3_vfs vfs{};
  vfs.iVersion = 2;
  vfs.szOsFile = sizeof(Handle);
  vfs.mxPathname = 512;
  vfs.zName = state.name.c_str();
  vfs.pAppData = &state;
  vfs.xOpen = vfs_open;
  vfs.xDelete = vfs_delete;
  vfs.xAccess = vfs_access;
  vfs.xFullPathname = vfs_full_path;
  vfs.xRandomness = vfs_randomness;
  vfs.xSleep = vfs_sleep;
  vfs.xCurrentTime = vfs_current_time;
  vfs.xCurrentTimeInt64 = vfs_current_time64;
  vfs.xGetLastError = vfs_last_error;
  return vfs;
}

std::string what_survives(const Content& content, MemoryVfs::Survives survives, std::mt19937_64& random) {
  if (survives == MemoryVfs::Survives::written) return content.current();
  return survives == MemoryVfs::Survives::synced ? content.synced() : content.with_some(random);
}

}  // namespace

MemoryVfs::MemoryVfs(std::string name, std::uint64_t seed) : state_(std::make_unique<State>()) {
  state_->name = std::move(name);
  state_->random.seed(seed);
  state_->vfs = make_vfs(*state_);
  if (sqlite3_vfs_find(state_->name.c_str()) != nullptr) throw std::logic_error("two memory file systems of one name");
  if (sqlite3_vfs_register(&state_->vfs, 0) != SQLITE_OK) throw std::runtime_error("SQLite refuses the file system");
}

MemoryVfs::~MemoryVfs() {
  sqlite3_vfs_unregister(&state_->vfs);
}

const std::string& MemoryVfs::name() const {
  return state_->name;
}

void MemoryVfs::crash() {
  const Guard guard(state_->mutex);
  state_->crashed = true;
}

void MemoryVfs::revive(Survives survives) {
  const Guard guard(state_->mutex);
  state_->crashed = false;
  state_->crash_at.reset();
  ++state_->generation;
  if (survives != Survives::written) state_->files = state_->durable;
  for (auto& [path, file] : state_->files) {
    // A new file, since handles from before the crash still hold the old one.
    auto fresh = std::make_shared<MemoryFile>();
    fresh->content = Content(what_survives(file->content, survives, state_->random));
    file = std::move(fresh);
  }
  state_->durable = state_->files;
}

bool MemoryVfs::crashed() const {
  const Guard guard(state_->mutex);
  return state_->crashed;
}

void MemoryVfs::crash_at_change(std::int64_t n) {
  const Guard guard(state_->mutex);
  state_->crash_at = state_->changes + n;
}

std::int64_t MemoryVfs::changes() const {
  const Guard guard(state_->mutex);
  return state_->changes;
}

std::int64_t MemoryVfs::syncs() const {
  const Guard guard(state_->mutex);
  return state_->syncs;
}

void MemoryVfs::set_condition(Condition condition) {
  const Guard guard(state_->mutex);
  state_->condition = condition;
}

MemoryVfs::Condition MemoryVfs::condition() const {
  const Guard guard(state_->mutex);
  return state_->condition;
}

bool MemoryVfs::exists(const std::string& path) const {
  return content(path).has_value();
}

std::optional<std::string> MemoryVfs::content(const std::string& path) const {
  const Guard guard(state_->mutex);
  const auto found = state_->files.find(path);
  return found == state_->files.end() ? std::nullopt : std::optional(found->second->content.current());
}

void MemoryVfs::put(const std::string& path, std::string content) {
  const Guard guard(state_->mutex);
  auto file = std::make_shared<MemoryFile>();
  file->content = Content(std::move(content));
  state_->files[path] = file;
  state_->durable[path] = file;
}

}  // namespace lethe::simulation
