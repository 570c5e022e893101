// SPDX-License-Identifier: Apache-2.0
namespace Tracer.Attribution;

/// <summary>What the sink has still to be told when the open scan ends: one change per socket and scan, with its holders.</summary>
internal enum PendingChange : byte
{
    None,
    Existing,
    Entered,
    Updated,
}
