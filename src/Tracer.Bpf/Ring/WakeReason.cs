// SPDX-License-Identifier: Apache-2.0
namespace Tracer.Bpf.Ring;

/// <summary>Why <see cref="Doorbell.Wait"/> returned.</summary>
public enum WakeReason
{
    TimedOut,

    /// <summary>The ring holds records, or one is being written.</summary>
    Records,

    /// <summary>Another thread called <see cref="Doorbell.Wake"/>.</summary>
    Woken,
}
