// SPDX-License-Identifier: Apache-2.0
using System.Collections;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Google.Protobuf.WellKnownTypes;

namespace Grpc.Contract.Tests.Messages;

/// <summary>Fills every field of a message by reflection. Variants differ in their values and in the chosen member of each oneof.</summary>
public sealed class MessageFiller(int variant)
{
    private const int KindsOfNumber = 3;

    private int _number;

    /// <summary>How many variants reach every member of every oneof below a message.</summary>
    public static int VariantsOf(MessageDescriptor type) => MessagesBelow(type, [])
        .SelectMany(message => message.Oneofs)
        .Select(oneof => oneof.Fields.Count)
        .Append(KindsOfNumber)
        .Max();

    public IMessage Create(MessageDescriptor type)
    {
        _number++;
        if (type.FullName == Timestamp.Descriptor.FullName)
            return new Timestamp { Seconds = 1_700_000_000 + _number, Nanos = 999_999_999 };
        if (type.FullName == Duration.Descriptor.FullName)
            return new Duration { Seconds = -_number, Nanos = -999_999_999 };

        IMessage message = type.Parser.ParseFrom(ByteString.Empty);
        foreach (FieldDescriptor field in type.Fields.InDeclarationOrder())
        {
            if (IsChosen(field))
                Fill(message, field);
        }

        return message;
    }

    /// <summary>Whether this variant sets a field.</summary>
    public bool IsChosen(FieldDescriptor field) => field.RealContainingOneof is not { } oneof
        || oneof.Fields[variant % oneof.Fields.Count].FieldNumber == field.FieldNumber;

    private void Fill(IMessage message, FieldDescriptor field)
    {
        if (field.IsMap)
            throw new NotSupportedException($"{field.FullName} is a map; teach the filler about maps first.");
        if (!field.IsRepeated)
        {
            field.Accessor.SetValue(message, CreateValue(field));
            return;
        }

        var list = (IList)field.Accessor.GetValue(message);
        for (int count = 0; count < 3; count++)
            list.Add(CreateValue(field));
    }

    private object CreateValue(FieldDescriptor field)
    {
        _number++;
        return field.FieldType switch
        {
            FieldType.Message => Create(field.MessageType),
            FieldType.Enum => field.EnumType.Values[^(1 + (variant % (field.EnumType.Values.Count - 1)))].Number,
            FieldType.String => $"{field.Name} {_number} äöü \u20ac \U0001F600 \u0001",
            FieldType.Bytes => ByteString.CopyFrom(0, 255, (byte)_number),
            FieldType.Bool => true,
            FieldType.Float => Extreme(float.MaxValue, float.MinValue, _number + 0.5f),
            FieldType.Double => Extreme(double.MaxValue, double.MinValue, _number + 0.5),
            FieldType.Int32 or FieldType.SInt32 or FieldType.SFixed32 => Extreme(int.MaxValue, int.MinValue, _number),
            FieldType.Int64 or FieldType.SInt64 or FieldType.SFixed64 => Extreme(long.MaxValue, long.MinValue, _number),
            FieldType.UInt32 or FieldType.Fixed32 => Extreme(uint.MaxValue, 1u, (uint)_number),
            FieldType.UInt64 or FieldType.Fixed64 => Extreme(ulong.MaxValue, 1ul, (ulong)_number),
            _ => throw new NotSupportedException($"{field.FullName}: {field.FieldType}"),
        };
    }

    private object Extreme<T>(T largest, T smallest, T ordinary)
        where T : struct =>
        (variant % KindsOfNumber) switch
        {
            0 => largest,
            1 => smallest,
            _ => ordinary,
        };

    private static HashSet<MessageDescriptor> MessagesBelow(MessageDescriptor type, HashSet<MessageDescriptor> found)
    {
        if (!found.Add(type))
            return found;
        foreach (FieldDescriptor field in type.Fields.InDeclarationOrder().Where(field => field.FieldType == FieldType.Message))
            MessagesBelow(field.MessageType, found);
        return found;
    }
}
