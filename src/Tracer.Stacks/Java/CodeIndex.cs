// SPDX-License-Identifier: Apache-2.0
namespace Tracer.Stacks.Java;

/// <summary>The blobs of a code cache at one time, in address order and without overlaps.</summary>
internal sealed class CodeIndex
{
    private readonly CodeBlob[] _blobs;

    internal CodeIndex(ulong low, ulong high, List<CodeBlob> blobs)
    {
        Low = low;
        High = high;
        blobs.Sort(static (a, b) => a.CodeBegin.CompareTo(b.CodeBegin));
        // A block that was divided while it was read can show two blobs in one place: neither is certain, the first stays.
        int count = 0;
        ulong end = low;
        for (int i = 0; i < blobs.Count; i++)
        {
            if (blobs[i].CodeBegin < end || blobs[i].CodeEnd > high)
                continue;
            blobs[count++] = blobs[i];
            end = blobs[i].CodeEnd;
        }

        blobs.RemoveRange(count, blobs.Count - count);
        _blobs = [.. blobs];
    }

    internal static CodeIndex Empty { get; } = new(0, 0, []);

    /// <summary>First address of the code cache.</summary>
    internal ulong Low { get; }

    /// <summary>First address behind it.</summary>
    internal ulong High { get; }

    internal ReadOnlySpan<CodeBlob> Blobs => _blobs;

    internal bool TryFind(ulong address, out CodeBlob blob)
    {
        int low = 0;
        int high = _blobs.Length - 1;
        while (low <= high)
        {
            int middle = (low + high) / 2;
            blob = _blobs[middle];
            if (blob.Contains(address))
                return true;
            if (address < blob.CodeBegin)
                high = middle - 1;
            else
                low = middle + 1;
        }

        blob = default;
        return false;
    }
}
