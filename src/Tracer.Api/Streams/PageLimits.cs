// SPDX-License-Identifier: Apache-2.0
namespace Tracer.Api.Streams;

/// <summary>When a message is large enough.</summary>
internal static class PageLimits
{
    public const int MaxRecords = 256;
    private const int MaxBytes = 1024 * 1024;

    public static bool IsFull(int records, int bytes) => records >= MaxRecords || bytes >= MaxBytes;
}
