// SPDX-License-Identifier: Apache-2.0
namespace Tracer.Bench;

/// <summary>On which side of its limit a figure should be.</summary>
internal enum Bound
{
    None,
    AtMost,
    AtLeast,
}
