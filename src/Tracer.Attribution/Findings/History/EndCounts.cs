// SPDX-License-Identifier: Apache-2.0
namespace Tracer.Attribution.Findings.History;

/// <summary>How many left CLOSE_WAIT for each reason.</summary>
internal sealed class EndCounts
{
    private static readonly int Reasons = Enum.GetValues<EndReason>().Length;

    private readonly ulong[] _counts = new ulong[Reasons];

    public void Add(EndReason reason, ulong count = 1) => _counts[(int)reason] += count;

    public void Add(EndCounts other)
    {
        for (int i = 0; i < Reasons; i++)
            _counts[i] += other._counts[i];
    }

    /// <summary>Those that occurred.</summary>
    public Dictionary<EndReason, ulong> ToDictionary()
    {
        Dictionary<EndReason, ulong> ends = [];
        for (int i = 0; i < Reasons; i++)
        {
            if (_counts[i] > 0)
                ends.Add((EndReason)i, _counts[i]);
        }
        return ends;
    }
}
