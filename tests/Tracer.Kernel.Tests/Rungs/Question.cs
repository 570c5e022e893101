// SPDX-License-Identifier: Apache-2.0
namespace Tracer.Kernel.Tests.Rungs;

/// <summary>What one wants to know of a leaking server.</summary>
internal enum Question
{
    WhoAccepted,
    WhereAccepted,
    WhoConnected,
    WhereConnected,
    WhoRead,
    WasTheEndRead,
    WhoReadTheEnd,
    WhereTheEndWasRead,
    WhoHoldsIt,
    WhoHoldsWhatExistedBefore,
    IsItAcceptedAtAll,
    WhoListens,
    IsItStillSentTo,
    WhoClosed,
    WhereClosed,
    HowItEnded,
    IsItOpenAfterReset,
    WhoClosedAfterReset,
    DidItsProcessEnd,
}
