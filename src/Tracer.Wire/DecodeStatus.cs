// SPDX-License-Identifier: Apache-2.0
namespace Tracer.Wire;

/// <summary>Why a record was taken or refused.</summary>
public enum DecodeStatus
{
    Ok = 0,
    TooShort = 1,
    UnknownVersion = 2,
    UnknownKind = 3,
    SizeMismatch = 4,
    BadFrameCount = 5,
    BadState = 6,
}
