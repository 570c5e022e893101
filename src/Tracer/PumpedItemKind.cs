// SPDX-License-Identifier: Apache-2.0
namespace Tracer;

/// <summary>Which part of a <see cref="PumpedItem"/> is set.</summary>
public enum PumpedItemKind
{
    None,
    SocketChange,
    Stack,
    ScanDone,
    ReplayBegin,
    ReplayEnd,
}
