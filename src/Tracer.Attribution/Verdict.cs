// SPDX-License-Identifier: Apache-2.0
namespace Tracer.Attribution;

/// <summary>Why a socket is still open after its peer has closed. Numbered as in closewait.v1.</summary>
public enum Verdict
{
    /// <summary>Nothing to judge: it has ended, and no descriptor is open.</summary>
    None = 0,

    /// <summary>No rule fits; the evidence says what is not known.</summary>
    Unknown = 1,

    /// <summary>It waits in its listener's accept queue.</summary>
    NeverAccepted = 2,

    /// <summary>No thread has read the end of the stream.</summary>
    EofNotRead = 3,

    /// <summary>The program saw the end and did not close.</summary>
    EofReadNotClosed = 4,

    /// <summary>The process that used it has closed it; another one still holds it.</summary>
    HeldElsewhere = 5,

    /// <summary>Data is still being sent after the FIN.</summary>
    HalfCloseInUse = 6,

    /// <summary>It left CLOSE_WAIT by a reset, a timeout or an administrator, and a descriptor is still open.</summary>
    ResetButOpen = 7,

    /// <summary>It left CLOSE_WAIT by shutdown(), and a descriptor is still open.</summary>
    ShutdownButOpen = 8,

    /// <summary>Others of the same origin are closed, but late, and this one is no later than they were. Only a finding can say so.</summary>
    SlowClose = 9,
}
