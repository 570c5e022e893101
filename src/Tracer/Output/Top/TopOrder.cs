// SPDX-License-Identifier: Apache-2.0
namespace Tracer.Output.Top;

/// <summary>What comes first.</summary>
internal enum TopOrder
{
    Harm,
    Sockets,
    Growth,
    Oldest,
    Descriptors,
}
