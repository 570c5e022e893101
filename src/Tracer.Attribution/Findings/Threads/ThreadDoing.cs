// SPDX-License-Identifier: Apache-2.0
namespace Tracer.Attribution.Findings.Threads;

/// <summary>What a thread's state means for the sockets that it should serve.</summary>
internal enum ThreadDoing
{
    /// <summary>It says nothing.</summary>
    Unknown,

    /// <summary>It waits for whatever comes: the rest of an event loop, or of an accept loop.</summary>
    Rests,

    /// <summary>It waits for work, as workers of a pool do.</summary>
    Idle,

    /// <summary>It waits for something that masters and timers wait for too: evidence only of a thread that has nobody to stand in for it.</summary>
    Waits,

    /// <summary>It waits for one thing, and serves nobody meanwhile.</summary>
    Blocked,

    /// <summary>Somebody has stopped it.</summary>
    Stopped,

    /// <summary>It computes.</summary>
    Runs,
}
