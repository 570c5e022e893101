// SPDX-License-Identifier: Apache-2.0
using Tracer.Api;

namespace Tracer.Scenes;

/// <summary>What became of the scenes. Written by one thread, readable from any.</summary>
public sealed class SceneCounters(int limit)
{
    private ulong _kept;
    private ulong _deleted;

    public ulong Written { get; private set; }

    public ulong Failed { get; private set; }

    /// <summary>Not saved because one had been saved just before.</summary>
    public ulong Skipped { get; private set; }

    public ulong SocketsOmitted { get; private set; }

    /// <summary>Scenes in the directory when the last one was saved, and how many were deleted to make room.</summary>
    public BoundValue Bound => new("scenes", _kept, (ulong)limit, _deleted);

    public IEnumerable<CounterValue> ReadCounters() =>
    [
        new("scenes_written", Written, "scenes saved because a condition came true"),
        new("scenes_failed", Failed, "scenes that could not be saved"),
        new("scenes_skipped", Skipped, "scenes not saved because another one had been just before"),
        new("sockets_omitted", SocketsOmitted, "sockets left out of scenes beyond their size limit"),
    ];

    internal void NoteSkipped() => Skipped++;

    internal void NoteFailed() => Failed++;

    internal void Note(SavedScene scene)
    {
        SocketsOmitted += scene.SocketsOmitted;
        _kept = (ulong)scene.Kept;
        _deleted += (ulong)scene.Deleted;
        Written++;
    }
}
