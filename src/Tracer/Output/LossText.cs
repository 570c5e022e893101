// SPDX-License-Identifier: Apache-2.0
using CloseWait.V1;

namespace Tracer.Output;

/// <summary>Loss notices in words.</summary>
internal static class LossText
{
    public static string Describe(EventsLost lost)
    {
        string where = lost.Place switch
        {
            EventsLost.Types.Place.Kernel => "in the kernel (its ring was full)",
            EventsLost.Types.Place.Queue => "in the daemon (its queue was full)",
            EventsLost.Types.Place.Subscriber => "on the way here (this reader was too slow)",
            _ => "at an unknown place",
        };
        string since = lost.Place == EventsLost.Types.Place.Subscriber ? "since this command began" : "since the daemon started";
        return lost.Count == 0
            ? $"{lost.Total} events were lost {where} {since}, before this command began"
            : $"{lost.Count} events lost {where}; {lost.Total} {since}";
    }
}
