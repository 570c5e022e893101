// SPDX-License-Identifier: Apache-2.0
using System.Diagnostics;

namespace Tracer.Inspection;

/// <summary>How long a look may go on.</summary>
internal sealed class LookTime(TimeSpan patience)
{
    private readonly long _begin = Stopwatch.GetTimestamp();

    public bool IsOver => Stopwatch.GetElapsedTime(_begin) >= patience;
}
