// SPDX-License-Identifier: Apache-2.0
namespace Tracer.Wire;

/// <summary>The constants of wire.h.</summary>
public static class WireFormat
{
    public const ushort Version = 2;
    public const int CommSize = 16;
    public const int AddressSize = 16;
    public const int StackDepth = 127;
    public const int InterpreterDepth = 64;
    public const int StackWords = 319;
    public const int RequestMethodSize = 16;
    public const int RequestPathSize = 80;
    public const int FilterSlots = 8;
    public const uint WatchAll = int.MaxValue;
}
