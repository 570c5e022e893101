// SPDX-License-Identifier: Apache-2.0
namespace Tracer.Stacks.Unwind;

/// <summary>What many functions share (a CIE of .eh_frame, DWARF 5 section 6.4.1): the units and the rules at their first instruction.</summary>
internal sealed class SharedFrameEntry
{
    private const ulong ReturnAddressColumn = 16;
    private const int MaxAugmentations = 16;

    private SharedFrameEntry()
    {
    }

    internal ulong CodeAlignment { get; private set; }

    internal long DataAlignment { get; private set; }

    /// <summary>How the addresses of its functions are written.</summary>
    internal byte PointerEncoding { get; private set; } = Unwind.PointerEncoding.Absolute;

    internal bool IsSignalFrame { get; private set; }

    /// <summary>Functions carry their augmentation data behind a length.</summary>
    internal bool HasAugmentationLength { get; private set; }

    internal int Instructions { get; private set; }

    internal int InstructionsEnd { get; private set; }

    /// <summary>The rules after its own instructions; null until the interpreter has run them.</summary>
    internal FrameRules? InitialRules { get; set; }

    /// <summary>Reads an entry from behind its id; null when it is not one that can be followed.</summary>
    internal static SharedFrameEntry? Read(ByteCursor cursor, int end)
    {
        byte version = cursor.ReadByte();
        if (version is not (1 or 3 or 4))
            return null;
        Span<byte> augmentation = stackalloc byte[MaxAugmentations];
        if (!TryReadAugmentation(ref cursor, augmentation, out int length))
            return null;
        augmentation = augmentation[..length];
        // "eh" is of the time before the augmentations had a length (gcc 2.x): a pointer follows.
        if (augmentation.SequenceEqual("eh"u8))
            cursor.Skip(sizeof(ulong));
        if (version == 4)
            cursor.Skip(2); // address size and segment selector size
        var entry = new SharedFrameEntry { CodeAlignment = cursor.ReadUnsigned(), DataAlignment = cursor.ReadSigned() };
        ulong returnAddress = version == 1 ? cursor.ReadByte() : cursor.ReadUnsigned();
        if (returnAddress != ReturnAddressColumn || !entry.TryReadAugmentationData(ref cursor, augmentation) || cursor.IsBroken)
            return null;
        (entry.Instructions, entry.InstructionsEnd) = (cursor.Position, end);
        return entry;
    }

    private static bool TryReadAugmentation(ref ByteCursor cursor, scoped Span<byte> augmentation, out int length)
    {
        for (length = 0; length < augmentation.Length; length++)
        {
            byte letter = cursor.ReadByte();
            if (letter == 0)
                return !cursor.IsBroken;
            augmentation[length] = letter;
        }

        return false;
    }

    private bool TryReadAugmentationData(ref ByteCursor cursor, scoped ReadOnlySpan<byte> augmentation)
    {
        if (augmentation.IsEmpty || augmentation.SequenceEqual("eh"u8))
            return true;
        // Without a length there is no telling where the data of an unknown letter ends.
        if (augmentation[0] != 'z')
            return false;
        HasAugmentationLength = true;
        ulong length = cursor.ReadUnsigned();
        ByteCursor data = cursor;
        cursor.Skip(length);
        foreach (byte letter in augmentation[1..])
        {
            switch ((char)letter)
            {
                case 'R':
                    PointerEncoding = data.ReadByte();
                    break;
                case 'P':
                    if (!Unwind.PointerEncoding.TrySkip(ref data, data.ReadByte()))
                        return false;
                    break;
                case 'L':
                    data.ReadByte();
                    break;
                case 'S':
                    IsSignalFrame = true;
                    break;
                default:
                    return false;
            }
        }

        return !data.IsBroken && data.Position <= cursor.Position;
    }
}
